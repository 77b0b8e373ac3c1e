import { operationSince } from '../../../platform/execution/operation-since.js';
import type { Transaction } from '../../../platform/execution/transaction.js';
import {
  expireReservation,
  Lot,
  lotOperations,
  refuseReservation,
  reservationOperation,
} from '../../inventory/index.js';
import {
  type Hold,
  type ReservationPlan,
  releaseFunds,
  Wallet,
  walletCurrency,
} from '../../wallets/index.js';
import { OVERDUE_PER_COMMAND } from '../limits.js';
import { advanceSale, type SaleTerms } from './advance-sale.js';

export const reservationHold = (reservation: string): string => `reservation:${reservation}`;

/** What stands in the lot for a reservation. */
export type ReservationOutcome =
  | { readonly status: 'open'; readonly slot: number }
  | { readonly status: 'sold'; readonly order: string }
  | { readonly status: 'ended'; readonly how: string }
  | { readonly status: 'unknown' };

export function reservationOutcome(tx: Transaction, plan: ReservationPlan): ReservationOutcome {
  const id = String(plan.lot);
  const slot = tx.load(Lot, id).open.get(plan.reservation);
  if (slot !== undefined) return { status: 'open', slot };
  const stream = { aggregate: Lot, id, operationsOf: lotOperations };
  const found = operationSince(tx, stream, reservationOperation(plan.reservation), plan.lotRevision);
  if (found === undefined) return { status: 'unknown' };
  if (found.startsWith('sold:')) return { status: 'sold', order: found.slice('sold:'.length) };
  return { status: 'ended', how: found };
}

/**
 * Brings a reservation whose deadline has come to its end, lot first: expired, barred from ever taking a key, or,
 * when it was sold meanwhile, its order finished. Only then the hold is released. Nothing if it is not due.
 */
export function endDueReservation(tx: Transaction, hold: Hold, terms: SaleTerms): void {
  const plan = hold.reservation;
  if (!plan || hold.deadlineMs > tx.nowMs) return;
  const id = String(plan.lot);
  const outcome = reservationOutcome(tx, plan);
  if (outcome.status === 'sold') {
    advanceSale(tx, outcome.order, 'settle', terms);
    return;
  }
  if (outcome.status === 'unknown') {
    tx.append(Lot, id, refuseReservation(tx.load(Lot, id), plan));
  }
  if (outcome.status === 'open') {
    const { reservation, shownKeysTo } = plan;
    const command = { reservation, shownKeysTo, at: tx.at, nowMs: tx.nowMs };
    const expired = expireReservation(tx.load(Lot, id), command);
    if (expired.length === 0) return;
    tx.append(Lot, id, expired);
  }
  releaseReservation(tx, hold);
}

/** Frees a reservation's money, if it is still held. What ended the reservation must stand in its lot before. */
export function releaseReservation(tx: Transaction, hold: Hold): void {
  const walletId = hold.reservation!.wallet;
  const wallet = tx.load(Wallet, walletId);
  if (!wallet.holds.has(hold.key)) return;
  tx.append(Wallet, walletId, releaseFunds(wallet, { hold: hold.key, currency: walletCurrency(walletId) }));
}

/**
 * Ends the wallet's overdue reservations (a bounded number), so that nobody is refused for money that is free.
 * Answers whether that freed anything.
 */
export function endOverdueReservations(tx: Transaction, walletId: string, terms: SaleTerms): boolean {
  const { holds } = tx.load(Wallet, walletId);
  let ended = 0;
  for (const hold of holds.values()) {
    if (hold.kind !== 'reservation' || hold.deadlineMs > tx.nowMs) continue;
    endDueReservation(tx, hold, terms);
    ended += 1;
    if (ended === OVERDUE_PER_COMMAND) break;
  }
  return tx.load(Wallet, walletId).holds.size < holds.size;
}
