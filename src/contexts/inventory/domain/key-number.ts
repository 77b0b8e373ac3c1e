import { KEYS_PER_LOT, RESERVATION_STRIDE, RESERVATIONS_PER_SLOT } from '../limits.js';

/** Where a key lies, and which of its slot's reservations is meant (0 for the first, or for none). */
export interface KeyPlace {
  readonly lot: number;
  readonly slot: number;
  readonly ordinal: number;
}

/** The key's permanent id: lot number × 1000 + slot. */
export const keyId = (lot: number, slot: number): number => lot * KEYS_PER_LOT + slot;

/** The number shown outside: the key id at the slot's first reservation, a longer number at later ones. */
export const keyNumber = (place: KeyPlace): number =>
  place.ordinal * RESERVATION_STRIDE + keyId(place.lot, place.slot);

/** Parses a number shown outside; null if it cannot be one. */
export function parseKeyNumber(text: string): KeyPlace | null {
  if (!/^[1-9]\d{0,15}$/.test(text)) return null;
  const number = Number(text);
  if (!Number.isSafeInteger(number)) return null;
  const ordinal = Math.floor(number / RESERVATION_STRIDE);
  const id = number % RESERVATION_STRIDE;
  const lot = Math.floor(id / KEYS_PER_LOT);
  if (lot < 1 || ordinal > RESERVATIONS_PER_SLOT) return null;
  return { lot, slot: id % KEYS_PER_LOT, ordinal };
}

/** Inverse of {@link keyId}. */
export const placeOfKey = (key: number): { readonly lot: number; readonly slot: number } => ({
  lot: Math.floor(key / KEYS_PER_LOT),
  slot: key % KEYS_PER_LOT,
});
