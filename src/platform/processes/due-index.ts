import type { IndexedEvent, IndexKeep, LocalIndex } from '../indexes/local-index.js';
import { DueQueue } from '../kernel/due-queue.js';

/** Who wants to know what changes in a {@link DueIndex}. */
export interface DueWatcher {
  /** Something is due earlier than everything before. */
  earlier(): void;
  /** The key is pending no more, or at another time. */
  moved(key: string): void;
  /** Whether the watcher has taken the key over. */
  holds(key: string): boolean;
}

/**
 * What is pending, by key, and when something is to be done about it. A subclass folds events: one that asks for
 * something calls {@link pend}, the one that records its outcome {@link settle}; a later try is another {@link pend}.
 * Like every index it is on each node, and rebuilding it does nothing but fill it.
 */
export abstract class DueIndex implements LocalIndex {
  abstract readonly name: string;
  abstract readonly version: number;
  abstract readonly categories: readonly string[];
  /** Due times of what no {@link DueWatcher} has taken over. */
  readonly queue = new DueQueue();
  watcher: DueWatcher | null = null;
  /** Begun in the batch that is being applied: most are ended in it too, and then nobody asks when they are due. */
  private begun = new Map<string, () => number>();

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, dueMs] of entries) this.queue.set(key, dueMs as number);
  }

  abstract apply(event: IndexedEvent, keep: IndexKeep): void;

  afterBatch(keep: IndexKeep): void {
    const { begun } = this;
    // A new one also where all of them ended: see TurnoverMap.
    this.begun = new Map();
    if (begun.size === 0) return;
    const before = this.queue.nextDueMs();
    for (const [key, due] of begun) {
      const dueMs = due();
      this.watcher?.moved(key);
      this.queue.set(key, dueMs);
      keep.put(key, dueMs);
    }
    const next = this.queue.nextDueMs()!;
    if (before === null || next < before) this.watcher?.earlier();
  }

  /** From now on the key is pending. @param due answers the time in milliseconds; asked at the end of the batch */
  protected pend(key: string, due: () => number): void {
    this.begun.set(key, due);
  }

  /** The key is pending no more. */
  protected settle(key: string, keep: IndexKeep): void {
    const wasBegun = this.begun.delete(key);
    if (wasBegun && this.queue.dueMs(key) === undefined && !this.watcher?.holds(key)) return;
    this.watcher?.moved(key);
    this.queue.remove(key);
    keep.delete(key);
  }
}
