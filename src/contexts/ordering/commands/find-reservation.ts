import type { Transaction } from '../../../platform/execution/transaction.js';
import { Lot, parseKeyNumber, type SlotReservation } from '../../inventory/index.js';

export interface FoundReservation {
  readonly lot: number;
  readonly slot: number;
  readonly reservation: SlotReservation;
}

/** The partner's open reservation that a key number names: of that slot and of that time, or nothing. */
export function findReservation(tx: Transaction, partnerId: string, number: string): FoundReservation | null {
  const place = parseKeyNumber(number);
  if (!place) return null;
  const slot = tx.load(Lot, String(place.lot)).slots.get(place.slot);
  const reservation = slot?.reservation;
  if (slot?.status !== 'reserved' || !reservation) return null;
  if (reservation.ordinal !== place.ordinal || reservation.partner !== partnerId) return null;
  return { lot: place.lot, slot: place.slot, reservation };
}
