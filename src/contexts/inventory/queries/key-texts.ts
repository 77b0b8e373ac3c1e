import type { EventStore, MaybePromise, RecordedEvent } from '../../../platform/event-store/event-store.js';
import { chain } from '../../../platform/execution/stream-loader.js';
import { TurnoverMap } from '../../../platform/kernel/turnover-map.js';
import type { Vault } from '../../../platform/security/vault.js';
import { keyId } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import type { TakenKey, TakenKeys } from '../events/lot.events.js';
import type { SerialIndex } from '../indexes/serial-index.js';
import { CACHED_INTAKE_EVENTS, INTAKE_EVENTS_READ, KEYS_PER_INTAKE_EVENT } from '../limits.js';
import { holds, openText, type SealedTexts } from './sealed-texts.js';

/** What is known of a key but its text. */
export type StoredKey = Pick<TakenKey, 'serial' | 'expiresAt'>;

/** What is remembered of an intake event. */
interface Intake extends SealedTexts {
  readonly keys: readonly Pick<TakenKey, 'text' | 'serial' | 'expiresAt'>[];
}

export interface KeyText {
  readonly text: string;
  readonly serial: string | null;
}

/**
 * Reads key texts out of the log. On the embedded engine everything is answered at once. What is remembered
 * is ciphertext, but for the second that the vault keeps what it has opened.
 */
export class KeyTexts {
  /** By stream and event, in order of last use. */
  private readonly cached = new TurnoverMap<string, Intake>();

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
    return chain(this.intake(lot, slot), (intake) =>
      chain(openText(this.vault, this.stream(lot), intake, slot), (text) => ({
        text,
        serial: this.keyOf(intake, lot, slot).serial,
      })),
    );
  }

  /** What is known of a key; its expiry is that of its intake. @throws {RangeError} no such key */
  stored(lot: number, slot: number): MaybePromise<StoredKey> {
    return chain(this.intake(lot, slot), (intake) => this.keyOf(intake, lot, slot));
  }

  private keyOf(intake: Intake, lot: number, slot: number): StoredKey {
    const { serial, expiresAt } = intake.keys[slot - intake.firstSlot]!;
    const corrected = this.serials.corrected(keyId(lot, slot));
    return { serial: corrected === undefined ? serial : corrected, expiresAt };
  }

  /** The event that took the key in. */
  private intake(lot: number, slot: number): MaybePromise<Intake> {
    const at = Math.floor(slot / KEYS_PER_INTAKE_EVENT);
    const name = `${lot}/${at}`;
    const known = this.cached.get(name);
    if (known) {
      this.cached.delete(name);
      this.cached.set(name, known);
      return holding(known, lot, slot);
    }
    const events = this.store.readStream(this.stream(lot), { from: 1 + at, limit: INTAKE_EVENTS_READ });
    return chain(events, (read) => {
      read.forEach((event, index) => {
        this.remember(`${lot}/${at + index}`, event);
      });
      return holding(this.cached.get(name), lot, slot);
    });
  }

  private remember(name: string, event: RecordedEvent): void {
    if (event.type !== 'KeysTakenIn') return;
    this.cached.delete(name);
    this.cached.set(name, intakeOf(event));
    if (this.cached.size > CACHED_INTAKE_EVENTS) this.cached.delete(this.cached.keys().next().value!);
  }

  private stream(lot: number): string {
    return `${this.namespace}.${Lot.category}-${lot}`;
  }
}

function holding(intake: Intake | undefined, lot: number, slot: number): Intake {
  if (!intake || !holds(intake, slot)) throw new RangeError(`lot ${lot} has no slot ${slot}`);
  return intake;
}

function intakeOf(event: RecordedEvent): Intake {
  const { firstSlot, texts, keys } = JSON.parse(event.data.toString('utf8')) as TakenKeys & {
    readonly firstSlot: number;
  };
  return { firstSlot, texts, keys: keys.map(({ text, serial, expiresAt }) => ({ text, serial, expiresAt })) };
}
