import type { LotEvent, TakenKey, TakenKeys } from '../../src/contexts/inventory/events/lot.events.js';

type Body<Type extends LotEvent['type']> = Extract<LotEvent, { type: Type }>['data'];

export const iso = (ms: number): string => new Date(ms).toISOString();

/** A key as stored; `expiresAtMs` null: never. */
const takenKey = (slot: number, expiresAtMs: number | null = null): TakenKey => ({
  serial: null,
  expiresAt: expiresAtMs === null ? null : iso(expiresAtMs),
  fingerprint: `fingerprint-${slot}`,
});

/** An intake with one key per given expiry. */
export const takenKeys = (...expiries: (number | null)[]): TakenKeys => ({
  texts: 'ciphertexts',
  keys: expiries.map((ms, slot) => takenKey(slot, ms)),
});

/** A lot with one key per given expiry. */
export const openedLot = (...expiries: (number | null)[]): LotEvent[] => [
  {
    type: 'LotOpened',
    data: {
      package: 'package',
      product: 'product',
      supplier: 'supplier',
      keys: expiries.length,
      unitCost: null,
      fingerprintRule: 'v1/normalized',
    },
  },
  { type: 'KeysTakenIn', data: { firstSlot: 0, ...takenKeys(...expiries) } },
];

export const reserved = (
  slot: number,
  reservation: string,
  rest: Partial<Body<'KeyReserved'>> = {},
): LotEvent => ({
  type: 'KeyReserved',
  data: {
    slot,
    reservation,
    ordinal: 0,
    partner: 'partner',
    wallet: 'wallet',
    currency: 'AZN',
    deadline: iso(10_000),
    shown: true,
    ...rest,
  },
});

export const cancelled = (
  slot: number,
  reservation: string,
  rest: Partial<Body<'ReservationCancelled'>> = {},
): LotEvent => ({
  type: 'ReservationCancelled',
  data: { slot, reservation, to: 'stock', command: 'command', at: iso(5000), ...rest },
});

export const expired = (
  slot: number,
  reservation: string,
  rest: Partial<Body<'ReservationExpired'>> = {},
): LotEvent => ({
  type: 'ReservationExpired',
  data: { slot, reservation, to: 'stock', at: iso(10_000), ...rest },
});

export const sold = (slot: number, order: string, rest: Partial<Body<'KeySold'>> = {}): LotEvent => ({
  type: 'KeySold',
  data: { slot, order, attempt: 1, unit: 0, partner: 'partner', ...rest },
});

export const saleRefused = (order: string, attempt = 1): LotEvent => ({
  type: 'SaleRefused',
  data: { order, attempt },
});
export const reservationRefused = (reservation: string): LotEvent => ({
  type: 'ReservationRefused',
  data: { reservation },
});
export const retired = (slot: number, reason = 'test'): LotEvent => ({
  type: 'KeyRetired',
  data: { slot, reason },
});
export const quarantined = (slot: number, reason = 'test'): LotEvent => ({
  type: 'KeyQuarantined',
  data: { slot, reason },
});
export const revealed = (slot: number, by = 'staff:1'): LotEvent => ({
  type: 'KeyRevealed',
  data: { slot, by },
});
export const released = (slot: number, atMs: number): LotEvent => ({
  type: 'KeyReleased',
  data: { slot, at: iso(atMs) },
});
export const changed = (slot: number, rest: Omit<Body<'KeyChanged'>, 'slot'>): LotEvent => ({
  type: 'KeyChanged',
  data: { slot, ...rest },
});
