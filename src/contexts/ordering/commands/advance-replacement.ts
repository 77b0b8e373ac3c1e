import type { Transaction } from '../../../platform/execution/transaction.js';
import { completeReplacement } from '../domain/order.decider.js';
import { Order } from '../domain/order.js';
import { type SaleIntent, type SaleTerms, sellUnit } from './advance-sale.js';
import { quarantineSold } from './quarantine-sold.js';

/**
 * Takes a claimed replacement from wherever it stands to its end: the other key from its lot, the faulty one to
 * quarantine, then the order. Once the lot holds the replacement's `KeySold` there is no way back; without it the lot is
 * barred before the order goes on with the key that it has.
 */
export function advanceReplacement(
  tx: Transaction,
  orderId: string,
  intent: SaleIntent,
  terms: SaleTerms,
): void {
  const order = tx.load(Order, orderId);
  const { claim, replacement } = order;
  if (order.status !== 'replacing' || !claim || !replacement) return;
  const { attempt, faulty, unit } = replacement;
  const line = claim.lines.find(({ units }) => units.some((planned) => planned.unit === unit.unit));
  if (!line) throw new Error(`order ${orderId} has no unit ${unit.unit}`);
  const sale = {
    tx,
    orderId,
    claim: { attempt, partner: claim.partner, reservation: null },
    intent,
    terms,
    claimedNow: tx.hasAppended(Order, orderId),
  };
  const step = sellUnit(sale, unit, line.facts);
  if (step.outcome === 'sold') {
    quarantineSold(tx, { order: orderId, lot: faulty.lot, slot: faulty.slot }, 'key replaced');
  }
  tx.append(Order, orderId, completeReplacement(tx.load(Order, orderId), step));
}
