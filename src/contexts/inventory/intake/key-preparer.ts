import { createHmac, type KeyObject } from 'node:crypto';
import { comparableText, type KeyFormat, lastFourOf, otherComparableText } from '../domain/fingerprint.js';
import { KeyExpiry } from '../domain/key-expiry.js';
import { KEY_TEXT_CODE_POINTS, SERIAL_CODE_POINTS } from '../limits.js';

/** A key as it is given. */
export interface GivenKey {
  readonly text: string;
  readonly serial?: string | null;
  /** Its last day, `YYYY-MM-DD` in the business zone, or an exact time with an offset. */
  readonly expiresOn?: string | null;
  /** Line of the import file that it came from. */
  readonly line?: number;
}

/** A key that may be taken in. Holds the clear text: it is never stored, sent or logged as it is. */
export interface PreparedKey {
  readonly text: string;
  readonly serial: string | null;
  readonly expiresAt: string | null;
  readonly fingerprint: string;
  readonly lastFour: string | null;
  readonly line: number | null;
}

export type InvalidKeyReason = 'invalid_text' | 'invalid_serial' | 'invalid_expiry' | 'expired';

/** The purposes of the keyed hashes, as {@link KeyPreparer} needs their keys. */
export const FINGERPRINT_PURPOSE = 'key-text';
export const LAST_FOUR_PURPOSE = 'key-last-four';

export interface PreparerOptions {
  readonly format: KeyFormat;
  readonly timeZone: string;
  readonly fingerprintKey: KeyObject;
  readonly lastFourKey: KeyObject;
}

/** Control characters and halves of surrogate pairs, which have no encoding: what is sold would not be what came in. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const UNFIT = /[\u0000-\u001f\u007f\p{Cs}]/u;

/**
 * Marks that nobody sees, as soft hyphens, spaces of no width and fillers, and line ends of other scripts. A key that is copied with one
 * would be another key to us than the same without, and be sold twice. What selects a sign's look is seen.
 */
const UNSEEN = /(?!\p{Variation_Selector})[\u0080-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const tooLong = (text: string, codePoints: number): boolean =>
  text.length > codePoints && (text.length > 2 * codePoints || Array.from(text).length > codePoints);

/** A serial number as it is kept, null for none; undefined for what cannot be one. */
export function serialOf(given: string | null | undefined): string | null | undefined {
  const serial = given?.trim() || null;
  return serial !== null && (UNFIT.test(serial) || tooLong(serial, SERIAL_CODE_POINTS)) ? undefined : serial;
}

/** Checks keys and computes what they are found by. */
export class KeyPreparer {
  private readonly expiry: KeyExpiry;
  private lastExpiry = { ms: Number.NaN, iso: '' };

  constructor(private readonly options: PreparerOptions) {
    this.expiry = new KeyExpiry(options.timeZone);
  }

  prepare(key: GivenKey, nowMs: number): PreparedKey | InvalidKeyReason {
    const text = key.text.trim();
    if (text === '' || UNFIT.test(text) || UNSEEN.test(text)) return 'invalid_text';
    if (tooLong(text, KEY_TEXT_CODE_POINTS)) return 'invalid_text';
    const comparable = comparableText(text, this.options.format);
    if (comparable === '') return 'invalid_text';
    const serial = serialOf(key.serial);
    if (serial === undefined) return 'invalid_serial';
    const expiresOn = key.expiresOn?.trim();
    const expiresAtMs = expiresOn ? this.expiry.parse(expiresOn) : null;
    if (expiresOn && expiresAtMs === null) return 'invalid_expiry';
    if (expiresAtMs !== null && expiresAtMs <= nowMs) return 'expired';
    const lastFour = lastFourOf(comparable);
    return {
      text,
      serial,
      expiresAt: expiresAtMs === null ? null : this.iso(expiresAtMs),
      fingerprint: hash(this.options.fingerprintKey, comparable),
      lastFour: lastFour === null ? null : hash(this.options.lastFourKey, lastFour),
      line: key.line ?? null,
    };
  }

  /** What the same text has among keys of the other format; null where that says no more than its own one. */
  otherFingerprint({ text }: PreparedKey): string | null {
    const other = otherComparableText(text, this.options.format);
    return other === null ? null : hash(this.options.fingerprintKey, other);
  }

  /** Keys that come in together mostly expire together. */
  private iso(epochMs: number): string {
    if (epochMs !== this.lastExpiry.ms)
      this.lastExpiry = { ms: epochMs, iso: new Date(epochMs).toISOString() };
    return this.lastExpiry.iso;
  }
}

const hash = (key: KeyObject, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url');
