import type { Transaction } from '../../../platform/execution/transaction.js';
import { Lot, quarantineSoldKey } from '../../inventory/index.js';

/** Takes a key that an order sold out of circulation for good, once. */
export function quarantineSold(
  tx: Transaction,
  sold: { readonly order: string; readonly lot: number; readonly slot: number },
  reason: string,
): void {
  const { order, lot, slot } = sold;
  const id = String(lot);
  const state = tx.loadKnowing(
    Lot,
    id,
    `slot ${slot} sold to ${order}`,
    ({ slots }) => slots.get(slot)?.sale?.order === order,
  );
  tx.append(Lot, id, quarantineSoldKey(state, { slot, order, reason }));
}
