import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import type { ReadStore } from '../read-store/read-store.js';
import { Fold, type Upcasters } from './fold.js';
import { type AnyProjection, collectionName } from './projection.js';

const READ_EVENTS = 500;

export interface RebuildProgress {
  readonly projection: string;
  readonly position: bigint;
  /** The position that is to be reached; it moves while the rebuild runs. */
  readonly head: bigint;
  readonly events: number;
}

interface RebuildOptions {
  readonly events: Pick<EventStore, 'readAll'>;
  readonly documents: ReadStore;
  readonly upcasters: Upcasters;
  readonly namespace: string;
}

interface Checkpoint {
  readonly collection: string;
  /** Position as a decimal string. */
  readonly position: string;
}

/** The fold of one projection from the beginning of the log into a collection that nobody reads yet. */
export class Rebuild {
  private events = 0;
  private readonly fold: Fold;

  private constructor(
    private readonly options: RebuildOptions,
    private readonly projection: AnyProjection,
    readonly collection: string,
    private position: bigint,
  ) {
    const { documents, upcasters, namespace } = options;
    this.fold = new Fold(documents, [{ projection, collection }], upcasters, namespace);
  }

  /** @param current the collection that readers see now; the new one is the next generation. */
  static async begin(
    options: RebuildOptions,
    projection: AnyProjection,
    current: string | undefined,
  ): Promise<Rebuild> {
    const { documents } = options;
    const generation = Number(current?.split('.').at(-1) ?? 0) + 1;
    const collection = collectionName(projection, generation);
    const stored = (await documents.readCheckpoint(checkpointKey(projection))) as Checkpoint | null;
    const resumed = stored?.collection === collection ? stored : null;
    if (stored && !resumed) await documents.dropCollection(stored.collection);
    if (!resumed) await documents.dropCollection(collection);
    await documents.openCollection({ name: collection, indexes: projection.indexes });
    return new Rebuild(options, projection, collection, BigInt(resumed?.position ?? '0'));
  }

  /** Folds the next events up to `head`. @returns whether `head` is reached, or nothing more is to be done. */
  async step(
    head: bigint,
    onProgress: (progress: RebuildProgress) => void,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (signal?.aborted || this.position >= head) return true;
    const { events, documents } = this.options;
    const read = await events.readAll(this.position, READ_EVENTS);
    const wanted = read.filter(({ position }) => position <= head);
    await this.fold.add(wanted);
    const whole = wanted.length === read.length && read.length > 0;
    this.position = whole ? read.at(-1)!.position : head;
    const { collection } = this;
    const value: Checkpoint = { collection, position: this.position.toString() };
    await documents.write({
      position: this.position,
      writes: this.fold.take(),
      checkpoint: { key: checkpointKey(this.projection), value },
    });
    this.events += wanted.length;
    onProgress({ projection: this.projection.name, position: this.position, head, events: this.events });
    await turn();
    return this.position >= head;
  }

  async finish(): Promise<void> {
    await this.options.documents.removeCheckpoint(checkpointKey(this.projection));
  }
}

const checkpointKey = ({ name }: AnyProjection): string => `rebuild:${name}`;
