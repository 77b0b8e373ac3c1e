import type { Transaction } from '../../../platform/execution/transaction.js';
import { hasCome } from '../../../platform/kernel/deadline.js';
import { Lot, parseKeyNumber, type SlotReservation } from '../../inventory/index.js';
import { type Hold, type ReservationPlan, Wallet } from '../../wallets/index.js';
import type { SaleTerms } from './advance-sale.js';
import { endDueReservations, reservationHold } from './reservations.js';

/** The reservation that a caller means. */
export interface NamedReservation {
  readonly partnerId: string;
  /** As shown at reserve. */
  readonly keyNumber: string;
}

export interface OpenReservation {
  readonly hold: Hold;
  readonly plan: ReservationPlan;
}

/** Kept over the runs of a command: what was found due may have ended in its lot while its money is still held. */
export interface SeenDue {
  due: Hold | null;
}

/** A partner's reservation that is open and not due; null if there is none. One that is due is ended. */
export function findReservation(
  tx: Transaction,
  named: NamedReservation,
  seen: SeenDue,
  terms: SaleTerms,
): OpenReservation | null {
  if (seen.due) endDue(tx, seen.due, terms);
  const slot = reservedSlot(tx, named);
  const hold = slot && tx.load(Wallet, slot.wallet).holds.get(reservationHold(slot.id));
  if (!hold?.reservation) return null;
  if (!hasCome(hold.deadlineMs, tx.nowMs)) return { hold, plan: hold.reservation };
  seen.due = hold;
  endDue(tx, hold, terms);
  return null;
}

const endDue = (tx: Transaction, { key, reservation }: Hold, terms: SaleTerms): void =>
  endDueReservations(tx, reservation!.wallet, [key], terms);

/** What holds the slot that a key number names: the partner's reservation of that time, or nothing. */
function reservedSlot(tx: Transaction, { partnerId, keyNumber }: NamedReservation): SlotReservation | null {
  const place = parseKeyNumber(keyNumber);
  if (!place) return null;
  const slot = tx.load(Lot, String(place.lot)).slots.get(place.slot);
  const reservation = slot?.reservation;
  if (slot?.status !== 'reserved' || !reservation) return null;
  if (reservation.ordinal !== place.ordinal || reservation.partner !== partnerId) return null;
  return reservation;
}
