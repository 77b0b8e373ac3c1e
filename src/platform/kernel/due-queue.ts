/**
 * Keys by due time: a binary heap with lazy deletion. Setting, removing and taking are O(log n); a key has one due
 * time, the last one set.
 *
 * Millions wait in it, and all objects that live stop the process when the garbage is collected. So the heap is two arrays
 * without an object for each key, and times are kept as distances from the first one: small numbers, which are none.
 */
export class DueQueue {
  /** Time of the first key that was ever set. */
  private baseMs: number | null = null;
  /** No key is due later. */
  private latestMs = Number.NEGATIVE_INFINITY;
  private readonly due = new Map<string, number>();
  private keys: string[] = [];
  private times: number[] = [];

  get size(): number {
    return this.due.size;
  }

  /** Its due time; undefined if it has none. */
  dueMs(key: string): number | undefined {
    const time = this.due.get(key);
    return time === undefined ? undefined : time + this.baseMs!;
  }

  /** All keys with their due times, in no order. */
  *entries(): IterableIterator<[string, number]> {
    for (const [key, time] of this.due) yield [key, time + this.baseMs!];
  }

  set(key: string, dueMs: number): void {
    this.baseMs ??= dueMs;
    const time = dueMs - this.baseMs;
    if (this.due.get(key) === time) return;
    this.due.set(key, time);
    if (dueMs > this.latestMs) this.latestMs = dueMs;
    this.keys.push(key);
    this.times.push(time);
    this.siftUp(this.keys.length - 1);
    this.compactIfStale();
  }

  remove(key: string): void {
    this.due.delete(key);
    this.compactIfStale();
  }

  /** The earliest due time; null if there is nothing. */
  nextDueMs(): number | null {
    this.dropStale();
    return this.keys.length === 0 ? null : this.times[0]! + this.baseMs!;
  }

  /** Removes and returns the keys that are due at `nowMs`, earliest first, at most `limit`. */
  takeDue(nowMs: number, limit: number): string[] {
    return this.takeDueEntries(nowMs, limit).map(([key]) => key);
  }

  /** {@link takeDue} with the due times. */
  takeDueEntries(nowMs: number, limit: number): [string, number][] {
    const taken: [string, number][] = [];
    while (taken.length < limit) {
      const dueMs = this.nextDueMs();
      if (dueMs === null || dueMs > nowMs) break;
      const key = this.keys[0]!;
      this.due.delete(key);
      taken.push([key, dueMs]);
    }
    return taken;
  }

  /** Sets the keys that are due after a time to another one. Looks at nothing while no key was ever set to such a time. */
  moveThoseAfter(limitMs: number, dueMs: number): void {
    if (this.latestMs <= limitMs) return;
    const late = [...this.entries()].filter(([, ms]) => ms > limitMs);
    for (const [key] of late) this.set(key, dueMs);
    this.latestMs = Math.max(limitMs, dueMs);
  }

  private dropStale(): void {
    while (this.keys.length > 0 && this.due.get(this.keys[0]!) !== this.times[0]) this.pop();
  }

  private compactIfStale(): void {
    if (this.keys.length <= 64 || this.keys.length <= 2 * this.due.size) return;
    const sorted = [...this.due].sort((a, b) => a[1] - b[1]);
    this.keys = sorted.map(([key]) => key);
    this.times = sorted.map(([, time]) => time);
  }

  private pop(): void {
    const key = this.keys.pop()!;
    const time = this.times.pop()!;
    const size = this.keys.length;
    if (size === 0) return;
    this.keys[0] = key;
    this.times[0] = time;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      let least = place;
      if (left < size && this.times[left]! < this.times[least]!) least = left;
      if (right < size && this.times[right]! < this.times[least]!) least = right;
      if (least === place) return;
      this.swap(place, least);
      place = least;
    }
  }

  private siftUp(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.times[parent]! <= this.times[place]!) return;
      this.swap(parent, place);
      place = parent;
    }
  }

  private swap(a: number, b: number): void {
    const [key, time] = [this.keys[a]!, this.times[a]!];
    this.keys[a] = this.keys[b]!;
    this.times[a] = this.times[b]!;
    this.keys[b] = key;
    this.times[b] = time;
  }
}
