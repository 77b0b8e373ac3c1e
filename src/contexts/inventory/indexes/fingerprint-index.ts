import type { IndexedEvent, IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import { fingerprintRule } from '../domain/fingerprint.js';
import { keyId, placeOfKey } from '../domain/key-number.js';
import type { LotEvent } from '../events/lot.events.js';

/** Lines of an import file, both inclusive. */
export type LineRange = readonly [from: number, to: number];

/** Characters of a fingerprint that the index keeps: 132 bits. */
const KEPT_CHARACTERS = 22;

/**
 * Every fingerprint that ever came in, kept on disk alone, and how far intake is reflected.
 *
 * Kept: `f<fingerprint>` → id of the newest key with it; `r<key id>` → the key was retired; `x<lot>` → its keys are
 * compared exactly, `exact` → there is such a lot; `i<import>` → the lines that its lots settled; `through` → every lot up to this number is in here; `last` and `a<lot>` → lots
 * after that, keys missing.
 */
export class FingerprintIndex implements LocalIndex {
  readonly name = 'fingerprints';
  readonly version = 2;
  readonly categories = ['lot'];
  readonly inMemory = false;
  private keep: IndexKeep | null = null;
  private through = 0;
  private last = 0;
  /** Lots after `through`: how many of their keys are not in here yet. */
  private readonly ahead = new Map<number, number>();
  private waiting: { lot: number; done(): void }[] = [];

  /** Nothing is held in memory: see {@link attach}. */
  restore(): void {}

  /** A fingerprint names its newest key, whenever it is written: the log is on disk before this reads it. */
  aheadSlice(key: string): number | null {
    return key.startsWith('f') ? key.charCodeAt(1) >> 1 : null;
  }

  /** Takes over what is kept. `keep` is used for look-ups from now on. */
  attach(keep: IndexKeep): void {
    this.keep = keep;
    this.through = (keep.get('through') as number | undefined) ?? 0;
    this.last = (keep.get('last') as number | undefined) ?? 0;
    this.ahead.clear();
    for (let lot = this.through + 1; lot <= this.last; lot += 1) {
      const missing = keep.get(`a${lot}`) as number | undefined;
      if (missing !== undefined) this.ahead.set(lot, missing);
    }
  }

  /**
   * Id of the newest key with this fingerprint; null if none ever came in (as far as {@link reflects} goes).
   */
  find(fingerprint: string): number | null {
    return (this.attached().get(`f${fingerprint.slice(0, KEPT_CHARACTERS)}`) as number | undefined) ?? null;
  }

  /** Whether the key was retired, which makes it worth asking its lot whether it may come back. */
  wasRetired(key: number): boolean {
    return this.attached().get(`r${key}`) !== undefined;
  }

  /** Whether keys came in that are compared exactly. */
  get hasExactKeys(): boolean {
    return this.attached().get('exact') !== undefined;
  }

  /** Whether this key is compared exactly. */
  isExact(key: number): boolean {
    return this.attached().get(`x${placeOfKey(key).lot}`) !== undefined;
  }

  /** The lines of an import that lots already settled, merged and in order. */
  settledLines(importId: string): readonly LineRange[] {
    return (this.attached().get(`i${importId}`) as LineRange[] | undefined) ?? [];
  }

  /** Whether all keys of a lot (or that it has none) are in here. */
  reflects(lot: number): boolean {
    return lot <= this.through || this.ahead.get(lot) === 0;
  }

  /** Every lot up to this number is reflected. */
  get reflectedThrough(): number {
    return this.through;
  }

  /**
   * Resolves with true as soon as the lot is reflected, with false when that takes longer than `timeoutMs`.
   */
  whenReflected(lot: number, timeoutMs: number): Promise<boolean> {
    if (this.reflects(lot)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((entry) => entry !== waiter);
        resolve(false);
      }, timeoutMs);
      timer.unref();
      const waiter = {
        lot,
        done: (): void => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      this.waiting.push(waiter);
    });
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    const lot = Number(event.id);
    const change = { type: event.type, data: event.data } as LotEvent;
    switch (change.type) {
      case 'LotOpened':
        this.expect(lot, change.data.keys, keep);
        if (change.data.import) this.settleLines(change.data.import, keep);
        if (change.data.fingerprintRule === fingerprintRule('exact')) {
          keep.put(`x${lot}`, 1);
          keep.put('exact', 1);
        }
        break;
      case 'KeysTakenIn':
        change.data.keys.forEach((key, index) => {
          const id = keyId(lot, change.data.firstSlot + index);
          keep.put(`f${key.fingerprint.slice(0, KEPT_CHARACTERS)}`, id);
        });
        this.expect(lot, (this.ahead.get(lot) ?? 0) - change.data.keys.length, keep);
        break;
      case 'LotVoided':
        this.expect(lot, 0, keep);
        break;
      case 'KeyRetired':
        keep.put(`r${keyId(lot, change.data.slot)}`, 1);
        break;
      default:
        break;
    }
  }

  private expect(lot: number, missing: number, keep: IndexKeep): void {
    if (lot <= this.through) return;
    this.ahead.set(lot, missing);
    keep.put(`a${lot}`, missing);
    if (lot > this.last) {
      this.last = lot;
      keep.put('last', lot);
    }
    if (missing > 0) return;
    while (this.ahead.get(this.through + 1) === 0) {
      this.through += 1;
      this.ahead.delete(this.through);
      keep.delete(`a${this.through}`);
    }
    keep.put('through', this.through);
    const done = this.waiting.filter((waiter) => this.reflects(waiter.lot));
    if (done.length === 0) return;
    this.waiting = this.waiting.filter((waiter) => !done.includes(waiter));
    for (const waiter of done) waiter.done();
  }

  private settleLines(lines: { id: string; fromLine: number; toLine: number }, keep: IndexKeep): void {
    const before = (keep.get(`i${lines.id}`) as LineRange[] | undefined) ?? [];
    keep.put(`i${lines.id}`, mergeRanges([...before, [lines.fromLine, lines.toLine]]));
  }

  private attached(): IndexKeep {
    if (!this.keep) throw new Error('the fingerprint index is not attached yet');
    return this.keep;
  }
}

function mergeRanges(ranges: readonly LineRange[]): LineRange[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
