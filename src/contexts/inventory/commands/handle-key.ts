import type { Transaction } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import type { KeyHandlingRejection } from '../domain/key-handling.decider.js';
import { placeOfKey } from '../domain/key-number.js';
import { Lot, type LotState } from '../domain/lot.js';
import type { LotEvent } from '../events/lot.events.js';

/**
 * Decides about one key in its lot and records that. `keyId` is the permanent id, not a reservation's number.
 */
export function handleKey(
  tx: Transaction,
  keyId: number,
  decide: (lot: LotState, slot: number) => LotEvent[] | Rejection<KeyHandlingRejection>,
): Rejection<KeyHandlingRejection> | null {
  const { lot, slot } = placeOfKey(keyId);
  const decided = decide(tx.load(Lot, String(lot)), slot);
  if (isRejection(decided)) return decided;
  tx.append(Lot, String(lot), decided);
  return null;
}
