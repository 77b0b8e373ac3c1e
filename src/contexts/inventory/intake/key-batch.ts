import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import type { DataKey } from '../../../platform/key-store/key-store.js';
import { sealedPlace, sealText } from '../../../platform/security/vault.js';
import type { TakenKey, TakenKeys } from '../events/lot.events.js';
import { KEYS_PER_INTAKE_EVENT, KEYS_PER_LOT, KEYS_PER_SLICE, LOT_BYTES } from '../limits.js';
import type { KeyPreparer, PreparedKey } from './key-preparer.js';

/** What the texts of a lot are sealed with and bound to. */
export interface LotSeal {
  readonly stream: string;
  readonly dataKey: DataKey;
}

/** Up to one lot of keys, wherever their clear texts are. */
export interface KeyBatch {
  readonly fingerprints: readonly string[];
  /** Of the same keys in the other format, null where they say no more. Asked for once there may be keys of that. */
  otherFingerprints(): MaybePromise<readonly (string | null)[]>;
  /** Seals the chosen keys for the slots 0, 1, 2 … of a lot. */
  seal(chosen: readonly number[], lot: LotSeal): MaybePromise<TakenKeys[]>;
}

/** The stored form of keys, an event's worth after the other, their texts sealed for the slots 0, 1, 2 … of a lot. */
export function* sealKeys(keys: readonly PreparedKey[], lot: LotSeal): Generator<TakenKeys> {
  for (let firstSlot = 0; firstSlot < keys.length; firstSlot += KEYS_PER_INTAKE_EVENT) {
    const taken = keys.slice(firstSlot, firstSlot + KEYS_PER_INTAKE_EVENT);
    const texts = JSON.stringify(taken.map(({ text }) => text));
    const place = sealedPlace(lot.stream, 'texts', firstSlot);
    yield { texts: sealText(lot.dataKey, place, texts), keys: taken.map(storedKey) };
  }
}

function storedKey({ serial, expiresAt, fingerprint, lastFour, line }: PreparedKey): TakenKey {
  return {
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
function storedBytes({ text, serial }: PreparedKey): number {
  const sealed = Math.ceil(((Buffer.byteLength(JSON.stringify(text)) + 16) * 4) / 3);
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

  constructor(
    private readonly keys: readonly PreparedKey[],
    private readonly preparer: Pick<KeyPreparer, 'otherFingerprint'>,
  ) {
    this.fingerprints = keys.map((key) => key.fingerprint);
  }

  async otherFingerprints(): Promise<(string | null)[]> {
    const others: (string | null)[] = [];
    for (const [place, key] of this.keys.entries()) {
      if (place > 0 && place % KEYS_PER_SLICE === 0) await nextTurn();
      others.push(this.preparer.otherFingerprint(key));
    }
    return others;
  }

  async seal(chosen: readonly number[], lot: LotSeal): Promise<TakenKeys[]> {
    const sealed: TakenKeys[] = [];
    const keys = chosen.map((index) => this.keys[index]!);
    for (const taken of sealKeys(keys, lot)) {
      if (sealed.length > 0) await nextTurn();
      sealed.push(taken);
    }
    return sealed;
  }
}
