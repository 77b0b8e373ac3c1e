import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '../../../platform/event-store/event-store.js';
import type { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { type Vault, VaultError } from '../../../platform/security/vault.js';
import { comparableText, type KeyFormat } from '../domain/fingerprint.js';
import { keyId, placeOfKey } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import type { FingerprintIndex } from '../indexes/fingerprint-index.js';
import { FINGERPRINT_PURPOSE, LAST_FOUR_PURPOSE } from '../intake/key-preparer.js';
import { INTAKE_EVENTS_READ, KEYS_PER_INTAKE_EVENT } from '../limits.js';
import { holds, openTexts, type SealedTexts } from './sealed-texts.js';

const FORMATS: readonly KeyFormat[] = ['normalized', 'exact'];
const LAST_CHARACTERS = 4;

/** Finds keys by what is known of their texts. */
export class KeySearch {
  /** Only one search at a time decrypts. */
  private turns: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly hash: KeyedHash,
    private readonly index: FingerprintIndex,
    private readonly store: EventStore,
    private readonly vault: Vault,
    private readonly namespace: string,
  ) {}

  /** Ids of the newest keys with this text, however their product compares texts. */
  withText(text: string): number[] {
    const found = comparableForms(text).map((form) =>
      this.index.find(this.hash.hash(FINGERPRINT_PURPOSE, form)),
    );
    return [...new Set(found)].filter((key) => key !== null);
  }

  /** What keys that end in these four characters have as `lastFour`; empty for any other number of characters. */
  lastFourOf(characters: string): string[] {
    return comparableForms(characters)
      .filter((form) => Array.from(form).length === LAST_CHARACTERS)
      .map((form) => this.hash.hash(LAST_FOUR_PURPOSE, form));
  }

  /** Those of the keys whose text contains the part. @param keys ids in ascending order. */
  containing(keys: readonly number[], part: string, format: KeyFormat): Promise<number[]> {
    const comparable = comparableText(part, format);
    if (comparable === '') return Promise.resolve([]);
    const search = this.turns.then(() => this.decryptAll(keys, comparable, format));
    this.turns = search.catch(() => undefined);
    return search;
  }

  private async decryptAll(keys: readonly number[], part: string, format: KeyFormat): Promise<number[]> {
    const found: number[] = [];
    let at = 0;
    while (at < keys.length) {
      const { lot, slot } = placeOfKey(keys[at]!);
      const first = Math.floor(slot / KEYS_PER_INTAKE_EVENT);
      const end = (first + INTAKE_EVENTS_READ) * KEYS_PER_INTAKE_EVENT;
      const slots: number[] = [];
      for (; at < keys.length; at += 1) {
        const place = placeOfKey(keys[at]!);
        if (place.lot !== lot || place.slot >= end) break;
        slots.push(place.slot);
      }
      for (const intake of await this.read(lot, first)) {
        const asked = slots.filter((of) => holds(intake, of));
        const texts = await this.open(lot, intake, asked);
        for (const [index, text] of texts.entries()) {
          if (comparableText(text, format).includes(part)) found.push(keyId(lot, asked[index]!));
        }
      }
      await nextTurn();
    }
    return found;
  }

  /** The keys of a few intake events. What sales read stays in their cache: this reads past it. */
  private async read(lot: number, firstEvent: number): Promise<readonly SealedTexts[]> {
    const range = { from: 1 + firstEvent, limit: INTAKE_EVENTS_READ };
    const events = await this.store.readStream(this.stream(lot), range);
    return events
      .filter(({ type }) => type === 'KeysTakenIn')
      .map(({ data }) => JSON.parse(data.toString('utf8')) as SealedTexts);
  }

  /** None when the lot's data key was destroyed. */
  private async open(lot: number, intake: SealedTexts, slots: readonly number[]): Promise<string[]> {
    try {
      return await openTexts(this.vault, this.stream(lot), intake, slots);
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return [];
      throw error;
    }
  }

  private stream(lot: number): string {
    return `${this.namespace}.${Lot.category}-${lot}`;
  }
}

const comparableForms = (text: string): string[] => [
  ...new Set(FORMATS.map((format) => comparableText(text, format))),
];
