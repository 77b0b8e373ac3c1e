import type { EventStore, MaybePromise, RecordedEvent } from '../../../platform/event-store/event-store.js';
import { chain } from '../../../platform/execution/stream-loader.js';
import { sealedPlace, type Vault } from '../../../platform/security/vault.js';
import { keyId } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import type { TakenKey } from '../events/lot.events.js';
import type { SerialIndex } from '../indexes/serial-index.js';
import { CACHED_INTAKE_EVENTS, INTAKE_EVENTS_READ, KEYS_PER_INTAKE_EVENT } from '../limits.js';

/** A key as it lies in its lot; the text is ciphertext. */
export type StoredKey = Pick<TakenKey, 'text' | 'serial' | 'expiresAt'>;

export interface KeyText {
  readonly text: string;
  readonly serial: string | null;
}

/**
 * Reads key texts out of the log. On the embedded engine everything is answered at once. What is remembered
 * is ciphertext: a text is decrypted each time that it is asked for.
 */
export class KeyTexts {
  /** By stream and event, in order of last use. */
  private readonly cached = new Map<string, readonly StoredKey[]>();

  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
    private readonly namespace: string,
    private readonly serials: SerialIndex,
  ) {}

  /**
   * The clear text of a key, and its serial number.
   * @throws {VaultError} `Erased` when the lot's data key was destroyed.
   * @throws {RangeError} no such key
   */
  read(lot: number, slot: number): MaybePromise<KeyText> {
    const place = sealedPlace(this.stream(lot), 'text', slot);
    return chain(this.stored(lot, slot), ({ text, serial }) =>
      chain(this.vault.open(text, place), (clear) => ({ text: clear, serial })),
    );
  }

  /** What is known of a key; its expiry is that of its intake. @throws {RangeError} no such key */
  stored(lot: number, slot: number): MaybePromise<StoredKey> {
    const at = Math.floor(slot / KEYS_PER_INTAKE_EVENT);
    return chain(this.event(lot, at), (keys) => {
      const key = keys[slot - at * KEYS_PER_INTAKE_EVENT];
      if (!key) throw new RangeError(`lot ${lot} has no slot ${slot}`);
      const serial = this.serials.corrected(keyId(lot, slot));
      return serial === undefined ? key : { ...key, serial };
    });
  }

  private event(lot: number, at: number): MaybePromise<readonly StoredKey[]> {
    const name = `${lot}/${at}`;
    const known = this.cached.get(name);
    if (known) {
      this.cached.delete(name);
      this.cached.set(name, known);
      return known;
    }
    const events = this.store.readStream(this.stream(lot), { from: 1 + at, limit: INTAKE_EVENTS_READ });
    return chain(events, (read) => {
      read.forEach((event, index) => {
        this.remember(`${lot}/${at + index}`, storedKeys(event));
      });
      return this.cached.get(name) ?? [];
    });
  }

  private remember(name: string, keys: readonly StoredKey[]): void {
    if (keys.length === 0) return;
    this.cached.delete(name);
    this.cached.set(name, keys);
    if (this.cached.size > CACHED_INTAKE_EVENTS) this.cached.delete(this.cached.keys().next().value!);
  }

  private stream(lot: number): string {
    return `${this.namespace}.${Lot.category}-${lot}`;
  }
}

function storedKeys(event: RecordedEvent): readonly StoredKey[] {
  if (event.type !== 'KeysTakenIn') return [];
  const { keys } = JSON.parse(event.data.toString('utf8')) as { keys: TakenKey[] };
  return keys.map(({ text, serial, expiresAt }) => ({ text, serial, expiresAt }));
}
