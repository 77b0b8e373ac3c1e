import type { EventStore, MaybePromise } from '../event-store/event-store.js';
import { isInLog } from '../event-store/log-mark.js';
import type {
  DocumentId,
  Filter,
  FindOptions,
  ReadDocument,
  ReadStore,
  ScanOptions,
} from '../read-store/read-store.js';
import type { FoldedBatch } from './projecting.js';

/** Which collection holds each projection's documents, and up to where the log is folded into them. */
export interface Manifest {
  /** Position as a decimal string. */
  readonly position: string;
  /** Id of the event at the position; absent at the beginning of the log, and from releases that did not keep it. */
  readonly event?: string;
  /** Collection by projection name. */
  readonly collections: Readonly<Record<string, string>>;
  /** Collections that were swapped out and not dropped yet. */
  readonly retired: readonly string[];
}

export const MANIFEST_KEY = 'live';
export const NO_MANIFEST: Manifest = { position: '0', collections: {}, retired: [] };

/** What the one who folds knows of those who read. */
export interface Readers {
  /** Whether somebody waits for what is not folded yet. */
  readonly isAwaited: boolean;
  /** Calls `listener` when somebody starts to wait: whoever folds need not wait for more events then. */
  whenAwaited(listener: (position: bigint) => void): void;
  /** The documents of this manifest are there to be read. @param batch what was folded into them since the last time. */
  advance(manifest: Manifest, batch?: FoldedBatch): void;
  /** Ends all waiting: nothing will be folded any more. */
  close(): void;
}

/** Whether documents were folded from this log, as it is now. */
export async function reflects(
  { position, event }: Manifest,
  events: Pick<EventStore, 'eventAt' | 'headPosition'>,
): Promise<boolean> {
  if (event !== undefined) return isInLog(events, { position, event });
  return BigInt(position) <= (await events.headPosition());
}

interface Waiter {
  readonly position: bigint;
  readonly reached: (inTime: boolean) => void;
}

/** The read model is folded for the first time on a log that is there already, and has nothing to show yet. */
export class ReadModelNotReady extends Error {
  constructor(readonly projection: string) {
    super(`the read model ${projection} is not built yet`);
    this.name = 'ReadModelNotReady';
  }
}

/** What queries read: documents by the projection's name, whichever collection holds them at the moment. */
export class ReadModels implements Readers {
  private manifest: Manifest = NO_MANIFEST;
  private reached = 0n;
  private waiters: Waiter[] = [];
  private onWaiter: (position: bigint) => void = () => undefined;
  private onFolded: (batch: FoldedBatch) => void = () => undefined;

  constructor(private readonly store: ReadStore) {}

  get<D extends ReadDocument>(projection: string, id: DocumentId): MaybePromise<D | null> {
    return this.store.get<D>(this.collection(projection), id);
  }

  find<D extends ReadDocument>(projection: string, options?: FindOptions): Promise<D[]> {
    return this.store.find<D>(this.collection(projection), options);
  }

  /** The first document that matches, null if there is none. */
  async findOne<D extends ReadDocument>(projection: string, filter: Filter): Promise<D | null> {
    return (await this.find<D>(projection, { filter, limit: 1 }))[0] ?? null;
  }

  count(projection: string, filter?: Filter): Promise<number> {
    return this.store.count(this.collection(projection), filter);
  }

  /** All documents that match, in batches; see {@link ReadStore.scan}. */
  scan<D extends ReadDocument>(projection: string, options?: ScanOptions): AsyncIterable<D[]> {
    return this.store.scan<D>(this.collection(projection), options);
  }

  /** Whether there is anything to be read: a process that does not fold itself learns of it a moment after its start. */
  get isThere(): boolean {
    return Object.keys(this.manifest.collections).length > 0;
  }

  /** Everything up to this position of the log is in the documents. */
  get position(): bigint {
    return this.reached;
  }

  /** Resolves with true as soon as the documents reflect the position, with false when that took too long. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (position <= this.reached) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        resolve(false);
      }, timeoutMs);
      const waiter: Waiter = {
        position,
        reached: (inTime) => {
          clearTimeout(timer);
          resolve(inTime);
        },
      };
      this.waiters.push(waiter);
      this.onWaiter(position);
    });
  }

  /** Calls `listener` as soon as the documents of further events can be read. */
  whenFolded(listener: (batch: FoldedBatch) => void): void {
    this.onFolded = listener;
  }

  get isAwaited(): boolean {
    return this.waiters.length > 0;
  }

  whenAwaited(listener: (position: bigint) => void): void {
    this.onWaiter = listener;
  }

  advance(manifest: Manifest, batch?: FoldedBatch): void {
    this.manifest = manifest;
    this.reached = BigInt(manifest.position);
    if (batch) this.onFolded(batch);
    const [done, waiting] = [[] as Waiter[], [] as Waiter[]];
    for (const waiter of this.waiters) (waiter.position <= this.reached ? done : waiting).push(waiter);
    this.waiters = waiting;
    for (const waiter of done) waiter.reached(true);
  }

  close(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter.reached(false);
  }

  private collection(projection: string): string {
    const found = this.manifest.collections[projection];
    if (!found) throw new ReadModelNotReady(projection);
    return found;
  }
}
