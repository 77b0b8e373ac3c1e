import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import type { ReadStore } from '../read-store/read-store.js';
import { Fold, type Upcasters } from './fold.js';
import { type AnyProjection, collectionName } from './projection.js';

/** Events read at a time. */
const READ_EVENTS = 1000;
/** Events and documents after which is written. */
const BATCH_EVENTS = 5000;
const BATCH_DOCUMENTS = 5000;

export interface RebuildProgress {
  readonly projection: string;
  readonly position: bigint;
  /** The position that is to be reached; it moves while the rebuild runs. */
  readonly head: bigint;
  readonly events: number;
  /** Of a verification that has folded all events: documents compared so far. */
  readonly compared?: number;
}

export type OnProgress = (progress: RebuildProgress) => void;

export interface RebuildOptions {
  readonly events: Pick<EventStore, 'readAll'>;
  readonly documents: ReadStore;
  readonly upcasters: Upcasters;
  readonly namespace: string;
  readonly batchEvents?: number;
}

interface Checkpoint {
  readonly collection: string;
  /** Position as a decimal string. */
  readonly position: string;
}

/** Where a fold writes its documents and keeps how far it is. */
interface Place {
  readonly collection: string;
  readonly key: string;
}

/** The fold of one projection from the beginning of the log into a collection that nobody reads yet. */
export class Rebuild {
  private folded = 0;
  private readonly fold: Fold;

  private constructor(
    private readonly options: RebuildOptions,
    private readonly projection: AnyProjection,
    private readonly place: Place,
    private reached: bigint,
  ) {
    const { documents, upcasters, namespace } = options;
    const { collection } = place;
    this.fold = new Fold(documents, [{ projection, collection }], upcasters, namespace);
  }

  /**
   * Into the next generation; one that was interrupted goes on.
   * @param current the collection that readers see now.
   */
  static async begin(
    options: RebuildOptions,
    projection: AnyProjection,
    current: string | undefined,
  ): Promise<Rebuild> {
    const { documents } = options;
    const generation = Number(current?.split('.').at(-1) ?? 0) + 1;
    const place = { collection: collectionName(projection, generation), key: `rebuild:${projection.name}` };
    const stored = (await documents.readCheckpoint(place.key)) as Checkpoint | null;
    const resumed = stored?.collection === place.collection ? stored : null;
    // An end between the swap and `finish` leaves the checkpoint of what readers see by now.
    if (stored && !resumed && stored.collection !== current) {
      await documents.dropCollection(stored.collection);
    }
    if (!resumed) await documents.dropCollection(place.collection);
    await documents.openCollection({ name: place.collection, indexes: projection.indexes });
    return new Rebuild(options, projection, place, BigInt(resumed?.position ?? '0'));
  }

  /** Into a collection to compare with, which was `discard`ed before. */
  static async beginScratch(options: RebuildOptions, projection: AnyProjection): Promise<Rebuild> {
    const { documents } = options;
    const place = scratchOf(projection);
    await Rebuild.discardScratch(documents, projection);
    // Written before the collection is there: whatever ends this process, the next one knows what to drop.
    const value: Checkpoint = { collection: place.collection, position: '0' };
    await documents.write({ position: 0n, writes: [], checkpoint: { key: place.key, value } });
    await documents.openCollection({ name: place.collection, indexes: projection.indexes });
    return new Rebuild(options, projection, place, 0n);
  }

  /** Drops what a comparison left, also one by an earlier version. */
  static async discardScratch(documents: ReadStore, projection: AnyProjection): Promise<void> {
    const { key } = scratchOf(projection);
    const stored = (await documents.readCheckpoint(key)) as Checkpoint | null;
    if (!stored) return;
    await documents.dropCollection(stored.collection);
    await documents.removeCheckpoint(key);
  }

  get collection(): string {
    return this.place.collection;
  }

  get progress(): Omit<RebuildProgress, 'head'> {
    return { projection: this.projection.name, position: this.reached, events: this.folded };
  }

  /** Folds the next events up to `head`. @returns whether `head` is reached, or nothing more is to be done. */
  async step(head: bigint, onProgress: OnProgress, signal?: AbortSignal): Promise<boolean> {
    const { batchEvents = BATCH_EVENTS } = this.options;
    let events = 0;
    while (this.reached < head && events < batchEvents && this.fold.size < BATCH_DOCUMENTS) {
      if (signal?.aborted) break;
      events += await this.foldPage(head);
    }
    if (events > 0) await this.write();
    this.folded += events;
    onProgress({ ...this.progress, head });
    await turn();
    return signal?.aborted || this.reached >= head;
  }

  async finish(): Promise<void> {
    await this.options.documents.removeCheckpoint(this.place.key);
  }

  private async foldPage(head: bigint): Promise<number> {
    const read = await this.options.events.readAll(this.reached, READ_EVENTS);
    const wanted = read.filter(({ position }) => position <= head);
    await this.fold.add(wanted);
    const whole = wanted.length === read.length && read.length > 0;
    this.reached = whole ? read.at(-1)!.position : head;
    return wanted.length;
  }

  private async write(): Promise<void> {
    const { collection, key } = this.place;
    const value: Checkpoint = { collection, position: this.reached.toString() };
    await this.options.documents.write({
      position: this.reached,
      writes: this.fold.take(),
      checkpoint: { key, value },
    });
  }
}

const scratchOf = (projection: AnyProjection): Place => ({
  collection: collectionName(projection, 'check'),
  key: `check:${projection.name}`,
});
