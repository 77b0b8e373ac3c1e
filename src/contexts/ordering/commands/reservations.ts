import { operationSince } from '../../../platform/execution/operation-since.js';
import type { Transaction } from '../../../platform/execution/transaction.js';
import { hasCome } from '../../../platform/kernel/deadline.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { Package } from '../../catalog/index.js';
import {
  expireReservation,
  Lot,
  type LotEvent,
  lotOperations,
  PACKAGE_DELETED,
  refuseReservation,
  reservationOperation,
  retireKey,
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
 * Brings reservations of one wallet whose deadlines have come to their end, lots first: expired, barred from ever
 * taking a key, or, when one was sold meanwhile, its order finished. Only then the holds are released. What is not due or
 * not held any more is left as it is.
 * @param keys of their holds
 */
export function endDueReservations(
  tx: Transaction,
  walletId: string,
  keys: readonly string[],
  terms: SaleTerms,
): void {
  const { holds } = tx.load(Wallet, walletId);
  const due = keys.flatMap((key) => {
    const hold = holds.get(key);
    return hold?.reservation && hasCome(hold.deadlineMs, tx.nowMs) ? [{ hold, plan: hold.reservation }] : [];
  });
  // Those of one lot are one append to it, and all holds are one append to the wallet.
  due.sort((a, b) => a.plan.lot - b.plan.lot);
  const ended = due.filter(({ plan }) => endInLot(tx, plan, terms));
  for (const { hold } of ended) releaseReservation(tx, hold);
}

/** Reads what {@link endDueReservations} will need for a reservation, so that it is at hand then. */
export function readOpenReservation(tx: Transaction, walletId: string, key: string): void {
  const plan = tx.load(Wallet, walletId).holds.get(key)?.reservation;
  if (plan) tx.load(Package, tx.load(Lot, String(plan.lot)).package);
}

/**
 * Records that a reservation gave its key back. One of a package that was deleted meanwhile is retired with that, as the
 * deletion did with those that it found: nobody could sell it, nor see it.
 */
export function giveBack(tx: Transaction, lot: string, slot: number, ended: LotEvent[]): void {
  tx.append(Lot, lot, ended);
  const state = tx.load(Lot, lot);
  if (!tx.load(Package, state.package).deleted) return;
  const retired = retireKey(state, { slot, reason: PACKAGE_DELETED });
  if (!isRejection(retired)) tx.append(Lot, lot, retired);
}

/** Answers whether the reservation ended without a sale, so that its money is free. */
function endInLot(tx: Transaction, plan: ReservationPlan, terms: SaleTerms): boolean {
  const id = String(plan.lot);
  const outcome = reservationOutcome(tx, plan);
  if (outcome.status === 'sold') {
    advanceSale(tx, outcome.order, 'settle', terms);
    return false;
  }
  if (outcome.status === 'unknown') {
    tx.append(Lot, id, refuseReservation(tx.load(Lot, id), plan));
  }
  if (outcome.status === 'open') {
    const { reservation, shownKeysTo } = plan;
    const command = { reservation, shownKeysTo, at: tx.at, nowMs: tx.nowMs };
    const expired = expireReservation(tx.load(Lot, id), command);
    if (expired.length === 0) return false;
    giveBack(tx, id, outcome.slot, expired);
  }
  return true;
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
  const nowMs = tx.nowMs;
  const overdue = holds
    .values()
    .filter((hold) => hold.kind === 'reservation' && hasCome(hold.deadlineMs, nowMs));
  // Lot by lot: a decision that ends thousands goes back to a lot as seldom as can be, as its entries are bounded.
  overdue.sort((a, b) => a.reservation!.lot - b.reservation!.lot);
  const ended = overdue.slice(0, OVERDUE_PER_COMMAND).map(({ key }) => key);
  endDueReservations(tx, walletId, ended, terms);
  return tx.load(Wallet, walletId).holds.size < holds.size;
}
