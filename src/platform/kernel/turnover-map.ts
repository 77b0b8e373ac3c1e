/** Entries that are deleted before a map is begun anew, at least. */
const RENEWED_AFTER = 256;

/**
 * A `Map` of few entries that come and go by thousands a second. V8's table of a `Map` grows full of deleted entries again and again, and each that
 * was left keeps the one after it: once one of them lies among the old objects, all that follow, with everything that was in
 * them at that moment, outlive it until the whole heap is collected. So a map is begun anew here before long.
 *
 * What goes through the entries does not see those that come meanwhile.
 */
export class TurnoverMap<K, V> {
  private map: Map<K, V>;
  private deleted = 0;

  constructor(entries?: Iterable<readonly [K, V]>) {
    this.map = new Map(entries);
  }

  get size(): number {
    return this.map.size;
  }

  get(key: K): V | undefined {
    return this.map.get(key);
  }

  has(key: K): boolean {
    return this.map.has(key);
  }

  set(key: K, value: V): void {
    this.map.set(key, value);
  }

  delete(key: K): boolean {
    if (!this.map.delete(key)) return false;
    this.deleted += 1;
    if (this.deleted >= Math.max(RENEWED_AFTER, this.map.size)) {
      this.map = new Map(this.map);
      this.deleted = 0;
    }
    return true;
  }

  clear(): void {
    this.map = new Map();
    this.deleted = 0;
  }

  keys(): IterableIterator<K> {
    return this.map.keys();
  }

  values(): IterableIterator<V> {
    return this.map.values();
  }

  entries(): IterableIterator<[K, V]> {
    return this.map.entries();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.map.entries();
  }
}
