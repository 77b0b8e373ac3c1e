import type { LotEvent } from '../../src/contexts/inventory/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { keyIdOf, lotGroupOf } from './key-ids.js';
import { type KeyStatus, SLOT_EVENTS, statusAfter } from './slot-change.js';

const HANDLED = ['LotOpened', 'KeysTakenIn', 'KeyChanged', ...SLOT_EVENTS] as const;
/** Characters of a keyed hash that are kept to search by: 72 bits. */
const SEARCHED_CHARACTERS = 12;

/** A key without its text. `_id` is the key id: lot number × 1000 + slot. */
export interface KeyDocument extends ReadDocument {
  readonly packageId: string;
  readonly status: KeyStatus;
  readonly serial: string | null;
  /** See {@link lotGroupOf}. */
  readonly lotGroup: number;
  /** See {@link searchedLastFour}; null for short texts. */
  readonly lastFour: string | null;
  /** The key may be sold until then; null: for ever. */
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Partner that holds or bought it. */
  readonly partnerId: string | null;
  readonly reservedUntil: string | null;
  /** Id of the order's document. */
  readonly orderId: string | null;
  readonly soldAt: string | null;
}

/** The form in which the keyed hash of a text's last four characters is searched. */
export const searchedLastFour = (hash: string): string => hash.slice(0, SEARCHED_CHARACTERS);

function slotRange(first: number, count: number, lot: string): number[] {
  const ids: number[] = [];
  for (let slot = first; slot < first + count; slot += 1) ids.push(keyIdOf(lot, slot));
  return ids;
}

export const keys = defineProjection<KeyDocument, Extract<LotEvent, { type: (typeof HANDLED)[number] }>>({
  name: 'keys',
  version: 4,
  // Not by soldAt: that costs each sale a third more here, and few lists are sorted by it. Hashes and serial numbers may fall
  // anywhere: by them alone, each key that came in would change a page of its own.
  indexes: [
    ['packageId'],
    ['packageId', 'status'],
    ['status'],
    ['lotGroup', 'serial'],
    ['lotGroup', 'lastFour'],
    ['expiresAt'],
  ],
  handles: { lot: HANDLED },
  keysOf(event) {
    // The lot's opening says whose keys they are, the intakes of the same append say the rest.
    if (event.type === 'LotOpened') return slotRange(0, event.data.keys, event.id);
    if (event.type === 'KeysTakenIn')
      return slotRange(event.data.firstSlot, event.data.keys.length, event.id);
    return keyIdOf(event.id, event.data.slot);
  },
  evolve(key, event, id) {
    if (event.type === 'LotOpened') {
      return {
        _id: id,
        packageId: event.data.package,
        status: 'available',
        serial: null,
        lotGroup: lotGroupOf(event.id),
        lastFour: null,
        expiresAt: null,
        createdAt: event.at,
        updatedAt: event.at,
        partnerId: null,
        reservedUntil: null,
        orderId: null,
        soldAt: null,
      };
    }
    if (!key) return null;
    switch (event.type) {
      case 'KeysTakenIn': {
        const taken = event.data.keys[Number(id) - keyIdOf(event.id, event.data.firstSlot)];
        if (!taken) throw new Error(`key ${id} is not in its intake`);
        const { serial, expiresAt, lastFour } = taken;
        return { ...key, serial, expiresAt, lastFour: lastFour ? searchedLastFour(lastFour) : null };
      }
      case 'KeyChanged': {
        const { serial = key.serial, expiresAt = key.expiresAt } = event.data;
        return { ...key, serial, expiresAt, updatedAt: event.at };
      }
      case 'KeyReserved': {
        const { partner, deadline } = event.data;
        const changed = { ...key, status: statusAfter(event), updatedAt: event.at };
        return { ...changed, partnerId: partner, reservedUntil: deadline };
      }
      case 'ReservationCancelled':
      case 'ReservationExpired': {
        const changed = { ...key, status: statusAfter(event), updatedAt: event.at };
        return { ...changed, partnerId: null, reservedUntil: null };
      }
      case 'KeySold': {
        const { partner, order } = event.data;
        const changed = { ...key, status: statusAfter(event), updatedAt: event.at, soldAt: event.at };
        return { ...changed, partnerId: partner, orderId: order, reservedUntil: null };
      }
      case 'KeyQuarantined':
      case 'KeyReleased':
      case 'KeyRetired':
        return { ...key, status: statusAfter(event), updatedAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
