import type { IndexedEvent, IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import { keyId } from '../domain/key-number.js';
import type { LotEvent } from '../events/lot.events.js';

/** Serial numbers that were corrected after their keys came in: few. Kept: `<key id>` → the serial number. */
export class SerialIndex implements LocalIndex {
  readonly name = 'serials';
  readonly version = 1;
  readonly categories = ['lot'];
  private readonly serials = new Map<number, string | null>();

  /** The serial number that a key was given later; undefined: it has the one that it came in with. */
  corrected(key: number): string | null | undefined {
    return this.serials.get(key);
  }

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, serial] of entries) this.serials.set(Number(key), serial as string | null);
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    if (event.type !== 'KeyChanged') return;
    const { slot, serial } = event.data as Extract<LotEvent, { type: 'KeyChanged' }>['data'];
    if (serial === undefined) return;
    const key = keyId(Number(event.id), slot);
    this.serials.set(key, serial);
    keep.put(String(key), serial);
  }
}
