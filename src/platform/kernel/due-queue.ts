interface Entry {
  readonly key: string;
  readonly dueMs: number;
}

/**
 * Keys by due time: a binary heap with lazy deletion. Setting, removing and taking are O(log n); a key has one due
 * time, the last one set.
 */
export class DueQueue {
  private readonly due = new Map<string, number>();
  private heap: Entry[] = [];

  get size(): number {
    return this.due.size;
  }

  /** Its due time; undefined if it has none. */
  dueMs(key: string): number | undefined {
    return this.due.get(key);
  }

  /** All keys with their due times, in no order. */
  entries(): IterableIterator<[string, number]> {
    return this.due.entries();
  }

  set(key: string, dueMs: number): void {
    if (this.due.get(key) === dueMs) return;
    this.due.set(key, dueMs);
    this.heap.push({ key, dueMs });
    this.siftUp(this.heap.length - 1);
    this.compactIfStale();
  }

  remove(key: string): void {
    this.due.delete(key);
    this.compactIfStale();
  }

  /** The earliest due time; null if there is nothing. */
  nextDueMs(): number | null {
    this.dropStale();
    return this.heap[0]?.dueMs ?? null;
  }

  /** Removes and returns the keys that are due at `nowMs`, earliest first, at most `limit`. */
  takeDue(nowMs: number, limit: number): string[] {
    return this.takeDueEntries(nowMs, limit).map(([key]) => key);
  }

  /** {@link takeDue} with the due times. */
  takeDueEntries(nowMs: number, limit: number): [string, number][] {
    const taken: [string, number][] = [];
    while (taken.length < limit) {
      this.dropStale();
      const first = this.heap[0];
      if (!first || first.dueMs > nowMs) break;
      this.due.delete(first.key);
      taken.push([first.key, first.dueMs]);
    }
    return taken;
  }

  private dropStale(): void {
    while (this.heap.length > 0) {
      const { key, dueMs } = this.heap[0]!;
      if (this.due.get(key) === dueMs) return;
      this.pop();
    }
  }

  private compactIfStale(): void {
    if (this.heap.length <= 64 || this.heap.length <= 2 * this.due.size) return;
    this.heap = [...this.due].map(([key, dueMs]) => ({ key, dueMs })).sort((a, b) => a.dueMs - b.dueMs);
  }

  private pop(): void {
    const last = this.heap.pop()!;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      let least = place;
      if (left < this.heap.length && this.heap[left]!.dueMs < this.heap[least]!.dueMs) least = left;
      if (right < this.heap.length && this.heap[right]!.dueMs < this.heap[least]!.dueMs) least = right;
      if (least === place) return;
      this.swap(place, least);
      place = least;
    }
  }

  private siftUp(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.heap[parent]!.dueMs <= this.heap[place]!.dueMs) return;
      this.swap(parent, place);
      place = parent;
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = held;
  }
}
