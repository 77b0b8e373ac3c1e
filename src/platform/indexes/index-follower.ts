import { setImmediate as turn } from 'node:timers/promises';
import {
  type EventStore,
  EventStoreError,
  type RecordedEvent,
  type Subscription,
} from '../event-store/event-store.js';
import type { IndexStorage } from './index-storage.js';
import { type IndexKeep, type LocalIndex, StoredIndexedEvent } from './local-index.js';
import { type Entries, UnwrittenEntries } from './unwritten-entries.js';

/**
 * How often buffered entries and the checkpoint go to disk. A start replays at most this much, and what was missed.
 * Seldom enough that a page of random keys is written for many of them at a time.
 */
const FLUSH_EVERY_MS = 5000;
/** Buffered entries of one index that are written without waiting for the time: bounds memory while many come in. */
const BUFFERED_ENTRIES = 50_000;
/** Shortest stretch of folding before other work may run. */
const FOLD_MS = 3;
/** The longest, however long others work in between. */
const MAX_FOLD_MS = 25;
/** Of what others take in between: on a busy process the indexes would fall behind for good otherwise. */
const FOLD_SHARE = 0.5;

/** One index with the buffer over its stored entries. */
class FollowedIndex implements IndexKeep {
  position = 0n;
  private buffer = new UnwrittenEntries();
  /** Entries that are on their way to disk. */
  private flushing = new UnwrittenEntries();

  constructor(
    readonly index: LocalIndex,
    private readonly storage: IndexStorage,
  ) {}

  get buffered(): number {
    return this.buffer.size;
  }

  get(key: string): unknown {
    const slice = this.sliceOf(key);
    for (const unwritten of [this.buffer, this.flushing]) {
      const entries = unwritten.slice(slice);
      if (entries?.has(key)) return entries.get(key);
    }
    return this.storage.get(this.index.name, key);
  }

  put(key: string, value: unknown): void {
    this.buffer.put(this.sliceOf(key), key, value);
  }

  /** What is neither on disk nor on its way there is forgotten: most reservations come and go between two flushes. */
  delete(key: string): void {
    const slice = this.sliceOf(key);
    const isWritten =
      this.flushing.slice(slice)?.has(key) || this.storage.get(this.index.name, key) !== undefined;
    if (isWritten) this.buffer.put(slice, key, undefined);
    else this.buffer.forget(slice, key);
  }

  /** What is to be written: slices ahead of the checkpoint, and the rest with it. */
  takeBuffer(): { readonly ahead: readonly Entries[]; readonly rest: Entries } {
    this.flushing = this.buffer;
    this.buffer = new UnwrittenEntries();
    return this.flushing.parts();
  }

  flushed(): void {
    this.flushing = new UnwrittenEntries();
  }

  /** Nothing of the flush counts as written: it is buffered again, under what has come since. */
  takeBack(): void {
    this.flushing.addNewer(this.buffer);
    this.buffer = this.flushing;
    this.flushing = new UnwrittenEntries();
  }

  private sliceOf(key: string): number | null {
    return this.index.aheadSlice?.(key) ?? null;
  }
}

/**
 * Keeps all local indexes in step with the log through one subscription. Entries are buffered and written together
 * with the position that they reflect, so an index is never ahead of or behind its checkpoint after a crash.
 */
export class IndexFollower {
  private readonly followed: readonly FollowedIndex[];
  private readonly prefix: string;
  /** Those that read streams of a category, found when it is first met. */
  private readonly byCategory = new Map<string, readonly FollowedIndex[]>();
  private subscription: Subscription | null = null;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  /** The last flush failed: until one succeeds, the timer alone tries again. */
  private hasFailed = false;
  private readonly waiters = new Set<{ readonly position: bigint; readonly resolve: () => void }>();
  private applied = 0n;
  private lastEvent = '';
  private flushedTo = 0n;

  constructor(
    private readonly store: EventStore,
    private readonly storage: IndexStorage,
    namespace: string,
    indexes: readonly LocalIndex[],
    private readonly onError: (error: unknown) => void = () => undefined,
    private readonly flushEveryMs = FLUSH_EVERY_MS,
  ) {
    this.followed = indexes.map((index) => new FollowedIndex(index, storage));
    this.prefix = `${namespace}.`;
  }

  /**
   * Restores the indexes and follows the log; resolves once everything that was in the log before is reflected.
   * @throws {EventStoreError} `Damaged` where an event cannot be read that they lack; to be closed then.
   */
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
    let onFailure: (error: unknown) => void = () => undefined;
    const damaged = new Promise<never>((_, reject) => {
      onFailure = (error) => {
        if (error instanceof EventStoreError && error.code === 'Damaged') reject(error);
      };
    });
    damaged.catch(() => undefined);
    this.subscription = this.store.subscribe(this.applied, (events) => this.apply(events), { onFailure });
    this.timer = setInterval(() => void this.flush(), this.flushEveryMs);
    this.timer.unref();
    // Trying again mends nothing that is damaged.
    await Promise.race([this.reached(await this.store.headPosition()), damaged]);
  }

  /** The position up to which the indexes reflect the log. */
  get position(): bigint {
    return this.applied;
  }

  /** Resolves when the indexes reflect the log up to `position`; never after `signal`. */
  reached(position: bigint, signal?: AbortSignal): Promise<void> {
    if (this.applied >= position) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = { position, resolve };
      this.waiters.add(waiter);
      signal?.addEventListener('abort', () => this.waiters.delete(waiter), { once: true });
    });
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.subscription?.close();
    await this.flush();
  }

  /** Folds a page; a long one a piece at a time, so that requests in the same process go on. */
  private async apply(events: RecordedEvent[]): Promise<void> {
    let until = performance.now() + FOLD_MS;
    try {
      for (const stored of events) {
        this.applyOne(stored);
        if (performance.now() < until) continue;
        await this.endPiece();
        const pausedAt = performance.now();
        await turn();
        const now = performance.now();
        until = now + Math.min(Math.max(FOLD_MS, (now - pausedAt) * FOLD_SHARE), MAX_FOLD_MS);
      }
    } finally {
      // Also before an event that one of them cannot fold: the checkpoints of the others are past what has no end else.
      await this.endPiece();
    }
  }

  /** Makes known what was folded. Waits if there is more to be written than what is being written already. */
  private async endPiece(): Promise<void> {
    for (const followed of this.followed) {
      if (followed.position < this.applied) followed.position = this.applied;
      followed.index.afterBatch?.(followed);
    }
    for (const waiter of this.waiters) {
      if (waiter.position > this.applied) continue;
      waiter.resolve();
      this.waiters.delete(waiter);
    }
    if (this.hasFailed || !this.followed.some((followed) => followed.buffered > BUFFERED_ENTRIES)) return;
    if (this.isWriting) await this.writing;
    else void this.flush();
  }

  /**
   * One event, for the indexes that read its category and have not reflected it yet. All positions move past it at the end
   * of the piece, so that a shared log's foreign streams do not hold anybody up.
   */
  private applyOne(stored: RecordedEvent): void {
    if (stored.stream.startsWith(this.prefix)) {
      const event = new StoredIndexedEvent(stored, this.prefix.length);
      for (const followed of this.readersOf(event.category)) {
        if (followed.position >= stored.position) continue;
        followed.index.apply(event, followed);
        followed.position = stored.position;
      }
    }
    this.applied = stored.position;
    this.lastEvent = stored.id;
  }

  private readersOf(category: string): readonly FollowedIndex[] {
    let readers = this.byCategory.get(category);
    if (!readers) {
      readers = this.followed.filter(({ index }) => index.categories?.includes(category) ?? true);
      this.byCategory.set(category, readers);
    }
    return readers;
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
      this.isWriting = true;
      try {
        await this.write();
        for (const followed of this.followed) followed.flushed();
        this.hasFailed = false;
      } catch (error) {
        this.hasFailed = true;
        this.flushedTo = before;
        for (const followed of this.followed) followed.takeBack();
        this.onError(error);
      } finally {
        this.isWriting = false;
      }
    });
    return this.writing;
  }

  private async write(): Promise<void> {
    const mark = { position: this.applied.toString(), event: this.lastEvent };
    const taken = this.followed.map((followed) => ({
      index: followed.index.name,
      version: followed.index.version,
      position: followed.position,
      ...followed.takeBuffer(),
    }));
    for (const { index, ahead } of taken) {
      for (const slice of ahead) await this.storage.writeAhead(index, slice);
    }
    await this.storage.write(
      taken.map(({ index, version, position, rest }) => ({ index, version, position, entries: rest })),
      mark,
    );
  }
}
