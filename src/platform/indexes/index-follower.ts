import type { EventStore, RecordedEvent, Subscription } from '../event-store/event-store.js';
import type { IndexStorage } from './index-storage.js';
import { type IndexKeep, type LocalIndex, StoredIndexedEvent } from './local-index.js';

/**
 * How often buffered entries and the checkpoint go to disk. A start replays at most this much, and what was missed.
 * Seldom enough that a page of random keys is written for several of them at a time.
 */
const FLUSH_EVERY_MS = 1000;
/** Buffered entries of one index from which on those that may are written in slices, between which other work runs. */
const SLICED_FROM = 2000;
/** Buffered entries of one index that make the follower wait for a flush: bounds memory during a rebuild. */
const BUFFERED_ENTRIES = 50_000;

type Entries = ReadonlyMap<string, unknown>;

/** One index with the buffer over its stored entries. */
class FollowedIndex implements IndexKeep {
  position = 0n;
  private buffer = new Map<string, unknown>();
  /** Entries that are on their way to disk. */
  private flushing = new Map<string, unknown>();

  constructor(
    readonly index: LocalIndex,
    private readonly storage: IndexStorage,
  ) {}

  get buffered(): number {
    return this.buffer.size;
  }

  get(key: string): unknown {
    if (this.buffer.has(key)) return this.buffer.get(key);
    if (this.flushing.has(key)) return this.flushing.get(key);
    return this.storage.get(this.index.name, key);
  }

  put(key: string, value: unknown): void {
    this.buffer.set(key, value);
  }

  delete(key: string): void {
    this.buffer.set(key, undefined);
  }

  /** What is to be written: slices ahead of the checkpoint, and the rest with it. */
  takeBuffer(): { readonly slices: readonly Entries[]; readonly rest: Entries } {
    const { index, buffer } = this;
    this.flushing = buffer;
    this.buffer = new Map();
    if (!index.aheadSlice || buffer.size < SLICED_FROM) return { slices: [], rest: buffer };
    const slices = new Map<number, Map<string, unknown>>();
    const rest = new Map<string, unknown>();
    for (const [key, value] of buffer) {
      const number = index.aheadSlice(key);
      let target = number === null ? rest : slices.get(number);
      if (!target) {
        target = new Map();
        slices.set(number!, target);
      }
      target.set(key, value);
    }
    return { slices: [...slices.values()], rest };
  }

  flushed(): void {
    this.flushing = new Map();
  }

  /** Nothing of the flush counts as written: it is buffered again, under what has come since. */
  takeBack(): void {
    for (const [key, value] of this.flushing) if (!this.buffer.has(key)) this.buffer.set(key, value);
    this.flushing = new Map();
  }
}

/**
 * Keeps all local indexes in step with the log through one subscription. Entries are buffered and written together
 * with the position that they reflect, so an index is never ahead of or behind its checkpoint after a crash.
 */
export class IndexFollower {
  private readonly followed: readonly FollowedIndex[];
  private subscription: Subscription | null = null;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private waiters: { position: bigint; resolve: () => void }[] = [];
  private applied = 0n;
  private flushedTo = 0n;

  constructor(
    private readonly store: EventStore,
    private readonly storage: IndexStorage,
    private readonly namespace: string,
    indexes: readonly LocalIndex[],
    private readonly onError: (error: unknown) => void = () => undefined,
  ) {
    this.followed = indexes.map((index) => new FollowedIndex(index, storage));
  }

  /** Restores the indexes and follows the log; resolves once everything that was in the log before is reflected. */
  async start(): Promise<void> {
    const head = await this.store.headPosition();
    for (const followed of this.followed) {
      const { index } = followed;
      const stored = this.storage.checkpoint(index.name, index.version);
      // Ahead of the log: the log was restored without its indexes.
      const checkpoint = stored !== null && stored <= head ? stored : null;
      if (checkpoint === null) await this.storage.clear(index.name);
      followed.position = checkpoint ?? 0n;
      index.attach?.(followed);
      index.restore(index.inMemory === false ? [] : this.storage.entries(index.name));
    }
    const positions = this.followed.map(({ position }) => position).sort((a, b) => (a < b ? -1 : 1));
    this.applied = positions[0] ?? 0n;
    this.flushedTo = this.applied;
    this.subscription = this.store.subscribe(this.applied, (events) => this.apply(events));
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
    this.timer.unref();
    await this.reached(await this.store.headPosition());
  }

  /** The position up to which the indexes reflect the log. */
  get position(): bigint {
    return this.applied;
  }

  /** Resolves when the indexes reflect the log up to `position`. */
  reached(position: bigint): Promise<void> {
    if (this.applied >= position) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ position, resolve }));
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.subscription?.close();
    await this.flush();
  }

  private apply(events: RecordedEvent[]): void | Promise<void> {
    for (const stored of events) this.applyOne(stored);
    for (const followed of this.followed) followed.index.afterBatch?.(followed);
    if (this.waiters.length > 0) {
      this.waiters = this.waiters.filter((waiter) => {
        if (waiter.position > this.applied) return true;
        waiter.resolve();
        return false;
      });
    }
    if (this.followed.some((followed) => followed.buffered > BUFFERED_ENTRIES)) return this.flush();
  }

  /** Positions move past every event, so that a shared log's foreign streams do not hold anybody up. */
  private applyOne(stored: RecordedEvent): void {
    const ours = stored.stream.startsWith(`${this.namespace}.`);
    const event = ours ? new StoredIndexedEvent(stored, this.namespace.length + 1) : null;
    for (const followed of this.followed) {
      if (followed.position >= stored.position) continue;
      const { categories } = followed.index;
      if (event && (!categories || categories.includes(event.category))) {
        followed.index.apply(event, followed);
      }
      followed.position = stored.position;
    }
    this.applied = stored.position;
  }

  /**
   * One flush at a time, each with everything folded so far. One that fails (a full disk) is tried again with the
   * next: indexes may lag behind on disk, they are rebuilt from the log.
   */
  private flush(): Promise<void> {
    this.writing = this.writing.then(async () => {
      const before = this.flushedTo;
      if (this.applied === before) return;
      this.flushedTo = this.applied;
      try {
        await this.write();
        for (const followed of this.followed) followed.flushed();
      } catch (error) {
        this.flushedTo = before;
        for (const followed of this.followed) followed.takeBack();
        this.onError(error);
      }
    });
    return this.writing;
  }

  private async write(): Promise<void> {
    const taken = this.followed.map((followed) => ({
      index: followed.index.name,
      version: followed.index.version,
      position: followed.position,
      ...followed.takeBuffer(),
    }));
    for (const { index, slices } of taken) {
      for (const slice of slices) await this.storage.writeAhead(index, slice);
    }
    await this.storage.write(
      taken.map(({ index, version, position, rest }) => ({ index, version, position, entries: rest })),
    );
  }
}
