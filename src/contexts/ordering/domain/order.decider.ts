import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { OrderClaim, OrderEvent, PlannedUnit, SaleFigures, SoldUnit } from '../events/order.events.js';
import { isFree, type OrderState } from './order.js';

export type OrderStateRejection = 'OrderAlreadyExists' | 'OrderNotConfirmed' | 'KeyNotInOrder';

/** Takes the reference for a new attempt: of a new order, or of one whose last attempt was refused and that nobody cancelled. */
export function claimOrder(
  state: OrderState,
  claim: Omit<OrderClaim, 'attempt' | 'publicId'> & { readonly publicId: number },
): OrderEvent[] | Rejection<OrderStateRejection> {
  if (!isFree(state)) return reject('OrderAlreadyExists');
  const attempt = (state.claim?.attempt ?? 0) + 1;
  const publicId = state.claim?.publicId ?? claim.publicId;
  return [{ type: 'OrderClaimed', data: { attempt, ...claim, publicId } }];
}

export interface ConfirmOrder {
  readonly attempt: number;
  readonly units: readonly SoldUnit[];
  readonly amount: string;
  readonly commission: string;
  readonly sale: SaleFigures;
}

/** Ends an attempt with what was sold, and asks for its delivery if there is an address. Nothing if it has ended before. */
export function confirmOrder(state: OrderState, command: ConfirmOrder): OrderEvent[] {
  if (state.status !== 'claimed' || state.claim?.attempt !== command.attempt) return [];
  const confirmed: OrderEvent = { type: 'OrderConfirmed', data: command };
  if (state.claim.email === null) return [confirmed];
  return [confirmed, { type: 'OrderDeliveryRequested', data: { attempt: command.attempt } }];
}

/** Ends an attempt that sold nothing, which frees the reference. Nothing if it has ended before. */
export function refuseOrder(
  state: OrderState,
  command: { readonly attempt: number; readonly reason: string; readonly command?: string },
): OrderEvent[] {
  if (state.status !== 'claimed' || state.claim?.attempt !== command.attempt) return [];
  return [{ type: 'OrderRefused', data: command }];
}

export interface ClaimRefund {
  readonly kind: 'refund' | 'annulment';
  readonly reason: string;
  readonly command: string;
  readonly walletRevision: number;
  readonly deadline: string;
}

/** Decides that the money goes back: of a confirmed order, once. */
export function claimRefund(
  state: OrderState,
  command: ClaimRefund,
): OrderEvent[] | Rejection<OrderStateRejection> {
  if (state.status !== 'confirmed') return reject('OrderNotConfirmed');
  const { amount, commission } = state;
  return [{ type: 'RefundClaimed', data: { amount, commission, ...command } }];
}

/** Ends a refund whose movements are done. */
export function completeRefund(state: OrderState): OrderEvent[] {
  if (state.status !== 'refunding' || !state.refund) return [];
  const { kind, amount } = state.refund;
  const type = kind === 'refund' ? 'OrderRefunded' : 'OrderCancelled';
  return [{ type, data: state.sale ? { amount, sale: state.sale } : { amount } }];
}

export interface ClaimReplacement {
  readonly command: string;
  /** The unit whose key does not work, and where the other key is to come from. */
  readonly unit: PlannedUnit;
  readonly deadline: string;
}

/** Decides that a unit gets another key: one replacement at a time, of a confirmed order. */
export function claimReplacement(
  state: OrderState,
  command: ClaimReplacement,
): OrderEvent[] | Rejection<OrderStateRejection> {
  if (state.status !== 'confirmed') return reject('OrderNotConfirmed');
  const faulty = state.units.find(({ unit }) => unit === command.unit.unit);
  if (!faulty) return reject('KeyNotInOrder');
  return [{ type: 'ReplacementClaimed', data: { attempt: state.attempts + 1, faulty, ...command } }];
}

/** Ends a replacement: with the key that was sold for it, or with the reason why there is none. */
export function completeReplacement(
  state: OrderState,
  outcome: { readonly unit: SoldUnit } | { readonly reason: string },
): OrderEvent[] {
  if (state.status !== 'replacing' || !state.replacement) return [];
  const { attempt, unit: planned } = state.replacement;
  if ('reason' in outcome) {
    return [{ type: 'ReplacementRefused', data: { attempt, reason: outcome.reason } }];
  }
  const { unitCost } = planned;
  return [{ type: 'KeyReplaced', data: { attempt, unit: outcome.unit, unitCost } }];
}
