import { setImmediate as turn } from 'node:timers/promises';
import type { ReadStore } from '../read-store/read-store.js';
import { Fold, type FoldOptions } from './fold.js';
import { type AnyProjection, collectionName } from './projection.js';

/** Events read at a time. */
const READ_EVENTS = 1000;
/** Events and documents after which is written. */
const BATCH_EVENTS = 5000;

export interface RebuildProgress {
  /** What is folded, all in one pass over the log. */
  readonly projections: readonly string[];
  readonly position: bigint;
  /** The position that is to be reached; it moves while the rebuild runs. */
  readonly head: bigint;
  readonly events: number;
  /** Of a verification that has folded all events: documents compared so far. */
  readonly compared?: number;
}

export type OnProgress = (progress: RebuildProgress) => void;

export interface RebuildOptions extends FoldOptions {
  readonly batchEvents?: number;
}

/** Collections by the names of their projections. */
export type Collections = Readonly<Record<string, string>>;

interface Checkpoint {
  readonly collections: Collections;
  /** Position as a decimal string. */
  readonly position: string;
}

/** Where a fold writes its documents and keeps how far it is. */
interface Place {
  readonly collections: Collections;
  readonly key: string;
}

/** There is one at a time. */
export const REBUILD_KEY = 'rebuild';

/** The fold of projections, in one pass from the beginning of the log, into collections that nobody reads yet. */
export class Rebuild {
  private folded = 0;
  private readonly fold: Fold;

  private constructor(
    private readonly options: RebuildOptions,
    private readonly projections: readonly AnyProjection[],
    private readonly place: Place,
    private reached: bigint,
  ) {
    const targets = projections.map((projection) => ({
      projection,
      collection: place.collections[projection.name]!,
    }));
    this.fold = new Fold(options, targets);
  }

  /**
   * Into the next generations. An interrupted rebuild of the same goes on; of others, what it left is dropped.
   * @param current the collections that readers see now.
   */
  static async begin(
    options: RebuildOptions,
    projections: readonly AnyProjection[],
    current: Collections,
  ): Promise<Rebuild> {
    const { documents } = options;
    const next = (one: AnyProjection): string =>
      collectionName(one, Number(current[one.name]?.split('.').at(-1) ?? 0) + 1);
    const collections = Object.fromEntries(projections.map((one) => [one.name, next(one)]));
    const stored = (await documents.readCheckpoint(REBUILD_KEY)) as Checkpoint | null;
    const isResumed = JSON.stringify(stored?.collections) === JSON.stringify(collections);
    if (!isResumed) {
      // Nobody may go on from where another rebuild was, once its documents begin to go.
      if (stored) await begin(documents, { collections: stored.collections, key: REBUILD_KEY });
      await dropUnread(documents, stored?.collections ?? {}, current);
      for (const name of Object.values(collections)) await documents.dropCollection(name);
      await begin(documents, { collections, key: REBUILD_KEY });
    }
    await openAll(documents, projections, collections);
    const place = { collections, key: REBUILD_KEY };
    return new Rebuild(options, projections, place, isResumed ? BigInt(stored!.position) : 0n);
  }

  /** Into a collection to compare with, which was `discard`ed before. */
  static async beginScratch(options: RebuildOptions, projection: AnyProjection): Promise<Rebuild> {
    const { documents } = options;
    const place = scratchOf(projection);
    await Rebuild.discardScratch(documents, projection);
    await begin(documents, place);
    await openAll(documents, [projection], place.collections);
    return new Rebuild(options, [projection], place, 0n);
  }

  /** Drops what a comparison left, also one by an earlier version. */
  static async discardScratch(documents: ReadStore, projection: AnyProjection): Promise<void> {
    const { key } = scratchOf(projection);
    const stored = (await documents.readCheckpoint(key)) as Checkpoint | null;
    if (!stored) return;
    await dropUnread(documents, stored.collections, {});
    await documents.removeCheckpoint(key);
  }

  get collections(): Collections {
    return this.place.collections;
  }

  get progress(): Omit<RebuildProgress, 'head'> {
    const projections = this.projections.map(({ name }) => name);
    return { projections, position: this.reached, events: this.folded };
  }

  /** Folds the next events up to `head`. @returns whether `head` is reached, or nothing more is to be done. */
  async step(head: bigint, onProgress: OnProgress, signal?: AbortSignal): Promise<boolean> {
    const { batchEvents = BATCH_EVENTS } = this.options;
    let events = 0;
    while (
      this.reached < head &&
      events < batchEvents &&
      this.fold.size < this.options.documents.batchDocuments
    ) {
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
    const { collections, key } = this.place;
    const value: Checkpoint = { collections, position: this.reached.toString() };
    await this.options.documents.write({
      position: this.reached,
      writes: this.fold.take(),
      checkpoint: { key, value },
    });
  }
}

const scratchOf = (projection: AnyProjection): Place => ({
  collections: { [projection.name]: collectionName(projection, 'check') },
  key: `check:${projection.name}`,
});

/** Written before the collections are there: whatever ends this process, the next one knows what to drop. */
async function begin(documents: ReadStore, { collections, key }: Place): Promise<void> {
  const value: Checkpoint = { collections, position: '0' };
  await documents.write({ position: 0n, writes: [], checkpoint: { key, value } });
}

async function openAll(
  documents: ReadStore,
  projections: readonly AnyProjection[],
  collections: Collections,
): Promise<void> {
  for (const { name, indexes } of projections) {
    await documents.openCollection({ name: collections[name]!, indexes });
  }
}

/** An end between the swap and `finish` leaves the checkpoint of what readers see by now. */
async function dropUnread(documents: ReadStore, left: Collections, current: Collections): Promise<void> {
  const read = Object.values(current);
  for (const name of Object.values(left)) if (!read.includes(name)) await documents.dropCollection(name);
}
