import type { LotEvent } from '../../src/contexts/inventory/index.js';
import type { StoredMoney } from '../../src/platform/kernel/money.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection, type Projected } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { type KeyStatus, SLOT_EVENTS, statusAfter } from './slot-change.js';

const HANDLED = ['LotOpened', 'KeysTakenIn', 'KeyChanged', ...SLOT_EVENTS] as const;

export type KeyCounts = Readonly<Record<KeyStatus, number>>;

/** A lot's keys, counted. A package's counts are the sum over its lots. */
export interface LotDocument extends ReadDocument {
  readonly _id: number;
  readonly packageId: string;
  readonly productId: string;
  readonly supplierId: string;
  readonly unitCost: StoredMoney | null;
  readonly counts: KeyCounts;
  /** Available keys by the moment from which they are expired (UTC ISO); those that never expire are not in it. */
  readonly availableUntil: Readonly<Record<string, number>>;
  /** One letter for each slot: its status. */
  readonly slots: string;
  /** One character for each slot: the place of its expiry in `expiries`, from `FIRST_EXPIRY` on; null: none expires. */
  readonly slotExpiries: string | null;
  readonly expiries: readonly string[];
  readonly createdAt: string;
}

const LETTERS: Readonly<Record<KeyStatus, string>> = {
  available: 'a',
  reserved: 'r',
  sold: 's',
  retired: 'x',
  quarantined: 'q',
};
const STATUSES = Object.fromEntries(
  Object.entries(LETTERS).map(([status, letter]) => [letter, status as KeyStatus]),
);
const NO_KEYS: KeyCounts = { available: 0, reserved: 0, sold: 0, retired: 0, quarantined: 0 };
/** `0` stands for no expiry, `1` for the first of `expiries`, and so on through the characters. */
const NO_EXPIRY = '0';
const FIRST_EXPIRY = NO_EXPIRY.charCodeAt(0) + 1;

const replaceAt = (text: string, place: number, letter: string): string =>
  text.slice(0, place) + letter + text.slice(place + 1);

type Taken = Extract<LotEvent, { type: 'KeysTakenIn' }>['data'];

function takeIn(lot: LotDocument, { keys }: Taken): LotDocument {
  const expiries = [...lot.expiries];
  const availableUntil = { ...lot.availableUntil };
  let added = '';
  for (const { expiresAt } of keys) {
    if (expiresAt === null) {
      added += NO_EXPIRY;
      continue;
    }
    if (!expiries.includes(expiresAt)) expiries.push(expiresAt);
    added += String.fromCharCode(FIRST_EXPIRY + expiries.indexOf(expiresAt));
    availableUntil[expiresAt] = (availableUntil[expiresAt] ?? 0) + 1;
  }
  const known = lot.slotExpiries ?? NO_EXPIRY.repeat(lot.slots.length);
  return {
    ...lot,
    expiries,
    availableUntil,
    slotExpiries: expiries.length > 0 ? known + added : null,
    slots: lot.slots + LETTERS.available.repeat(keys.length),
    counts: { ...lot.counts, available: lot.counts.available + keys.length },
  };
}

/** By how much the keys of one expiry grow or shrink when a slot changes its status. */
function recount(
  lot: LotDocument,
  slot: number,
  from: KeyStatus,
  to: KeyStatus,
): LotDocument['availableUntil'] {
  const expiry = expiryOf(lot, slot);
  const change = (to === 'available' ? 1 : 0) - (from === 'available' ? 1 : 0);
  if (expiry === null || change === 0) return lot.availableUntil;
  return { ...lot.availableUntil, [expiry]: (lot.availableUntil[expiry] ?? 0) + change };
}

/** A key with another expiry. What no key has any more is dropped: a lot stays as small as its keys allow. */
function changeExpiry(lot: LotDocument, slot: number, expiresAt: string | null): LotDocument {
  const bySlot = Array.from(lot.slots, (_, at) => (at === slot ? expiresAt : expiryOf(lot, at)));
  const expiries = [...new Set(bySlot)].filter((expiry) => expiry !== null);
  const codes = bySlot.map((expiry) =>
    expiry === null ? NO_EXPIRY : String.fromCharCode(FIRST_EXPIRY + expiries.indexOf(expiry)),
  );
  const availableUntil: Record<string, number> = {};
  bySlot.forEach((expiry, at) => {
    if (expiry !== null && statusOf(lot, at) === 'available')
      availableUntil[expiry] = (availableUntil[expiry] ?? 0) + 1;
  });
  return { ...lot, expiries, slotExpiries: expiries.length > 0 ? codes.join('') : null, availableUntil };
}

const expiryOf = (lot: LotDocument, slot: number): string | null =>
  lot.expiries[(lot.slotExpiries?.charCodeAt(slot) ?? 0) - FIRST_EXPIRY] ?? null;

function statusOf({ _id, slots }: LotDocument, slot: number): KeyStatus {
  const status = STATUSES[slots[slot] ?? ''];
  if (!status) throw new Error(`lot ${_id} has no slot ${slot}`);
  return status;
}

function opened(event: Projected<Extract<LotEvent, { type: 'LotOpened' }>>): LotDocument {
  return {
    _id: Number(event.id),
    packageId: event.data.package,
    productId: event.data.product,
    supplierId: event.data.supplier,
    unitCost: event.data.unitCost,
    counts: NO_KEYS,
    availableUntil: {},
    slots: '',
    slotExpiries: null,
    expiries: [],
    createdAt: event.at,
  };
}

export const lots = defineProjection<LotDocument, Extract<LotEvent, { type: (typeof HANDLED)[number] }>>({
  name: 'lots',
  version: 2,
  indexes: [['packageId'], ['supplierId']],
  handles: { lot: HANDLED },
  keysOf: (event) => Number(event.id),
  evolve(lot, event) {
    if (event.type === 'LotOpened') return opened(event);
    if (!lot) return null;
    switch (event.type) {
      case 'KeysTakenIn':
        return takeIn(lot, event.data);
      case 'KeyChanged':
        return event.data.expiresAt === undefined
          ? lot
          : changeExpiry(lot, event.data.slot, event.data.expiresAt);
      case 'KeyReserved':
      case 'ReservationCancelled':
      case 'ReservationExpired':
      case 'KeySold':
      case 'KeyQuarantined':
      case 'KeyReleased':
      case 'KeyRetired': {
        const { slot } = event.data;
        const before = statusOf(lot, slot);
        const after = statusAfter(event);
        if (before === after) return lot;
        return {
          ...lot,
          slots: replaceAt(lot.slots, slot, LETTERS[after]),
          counts: { ...lot.counts, [before]: lot.counts[before] - 1, [after]: lot.counts[after] + 1 },
          availableUntil: recount(lot, slot, before, after),
        };
      }
      default:
        return unreachable(event);
    }
  },
});
