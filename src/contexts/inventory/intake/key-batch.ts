import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import type { DataKey } from '../../../platform/key-store/key-store.js';
import { sealedPlace, sealText } from '../../../platform/security/vault.js';
import type { TakenKey } from '../events/lot.events.js';
import { KEYS_PER_LOT, KEYS_PER_SLICE, LOT_BYTES } from '../limits.js';
import type { PreparedKey } from './key-preparer.js';

/** What the texts of a lot are sealed with and bound to. */
export interface LotSeal {
  readonly stream: string;
  readonly dataKey: DataKey;
}

/** Up to one lot of keys, wherever their clear texts are. */
export interface KeyBatch {
  readonly fingerprints: readonly string[];
  /** Of the same keys in the other format, null where there is nothing to compare with. */
  readonly otherFingerprints: readonly (string | null)[];
  /** Seals the chosen keys for the slots 0, 1, 2 … of a lot. */
  seal(chosen: readonly number[], lot: LotSeal): MaybePromise<TakenKey[]>;
}

/** The stored form of one key, its text sealed for a slot. */
export function sealKey(key: PreparedKey, slot: number, lot: LotSeal): TakenKey {
  const { text, serial, expiresAt, fingerprint, lastFour, line } = key;
  const sealed = sealText(lot.dataKey, sealedPlace(lot.stream, 'text', slot), text);
  return {
    text: sealed,
    serial,
    expiresAt,
    fingerprint,
    ...(lastFour === null ? {} : { lastFour }),
    ...(line === null ? {} : { line }),
  };
}

/** Everything of a stored key but its texts, and its share of an event, at most. */
const FIXED_BYTES = 360;

/** An upper bound of what a key takes in its lot, bytes. */
export function storedBytes({ text, serial }: PreparedKey): number {
  const sealed = Math.ceil(((Buffer.byteLength(text) + 16) * 4) / 3);
  const serialBytes = serial === null ? 0 : Buffer.byteLength(JSON.stringify(serial));
  return FIXED_BYTES + sealed + serialBytes;
}

/** Counts keys into a lot until one does not fit. */
export class LotFill {
  private keys = 0;
  private bytes = 0;

  /** Adds the key if it fits. */
  add(key: PreparedKey): boolean {
    const bytes = storedBytes(key);
    if (this.keys === KEYS_PER_LOT || (this.keys > 0 && this.bytes + bytes > LOT_BYTES)) return false;
    this.keys += 1;
    this.bytes += bytes;
    return true;
  }
}

/** Keys that are sealed in this thread, a slice at a time. */
export class PreparedBatch implements KeyBatch {
  readonly fingerprints: readonly string[];
  readonly otherFingerprints: readonly (string | null)[];

  constructor(private readonly keys: readonly PreparedKey[]) {
    this.fingerprints = keys.map((key) => key.fingerprint);
    this.otherFingerprints = keys.map((key) => key.otherFingerprint);
  }

  async seal(chosen: readonly number[], lot: LotSeal): Promise<TakenKey[]> {
    const sealed: TakenKey[] = [];
    for (const index of chosen) {
      if (sealed.length > 0 && sealed.length % KEYS_PER_SLICE === 0) await nextTurn();
      sealed.push(sealKey(this.keys[index]!, sealed.length, lot));
    }
    return sealed;
  }
}
