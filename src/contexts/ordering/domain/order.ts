import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { OrderClaim, OrderEvent, SoldUnit } from '../events/order.events.js';

export type OrderStatus =
  | 'none'
  | 'claimed'
  | 'refused'
  | 'confirmed'
  | 'refunding'
  | 'refunded'
  | 'cancelled';

export interface OrderState {
  readonly status: OrderStatus;
  /** The newest attempt's plan. */
  readonly claim: OrderClaim | null;
  readonly units: readonly SoldUnit[];
  readonly amount: string;
  readonly commission: string;
  /** Why the newest attempt was refused. */
  readonly refusal: string | null;
  readonly refund: Extract<OrderEvent, { type: 'RefundClaimed' }>['data'] | null;
}

/** Category `order`, id of {@link orderId} in the ordering context. */
export const Order: Aggregate<OrderState, OrderEvent> = {
  category: 'order',
  stateVersion: 1,
  initial: {
    status: 'none',
    claim: null,
    units: [],
    amount: '0',
    commission: '0',
    refusal: null,
    refund: null,
  },
  // An order that has come to its end makes room at once: there are thousands in a second, and few are asked for again.
  isLive: (state) => state.status === 'claimed' || state.status === 'refunding',
  evolve(state, event) {
    switch (event.type) {
      case 'OrderClaimed':
        return { ...state, status: 'claimed', claim: event.data, refusal: null };
      case 'OrderConfirmed': {
        const { units, amount, commission } = event.data;
        return { ...state, status: 'confirmed', units, amount, commission };
      }
      case 'OrderRefused':
        return { ...state, status: 'refused', refusal: event.data.reason };
      case 'RefundClaimed':
        return { ...state, status: 'refunding', refund: event.data };
      case 'OrderRefunded':
        return { ...state, status: 'refunded' };
      case 'OrderCancelled':
        return { ...state, status: 'cancelled' };
      default:
        return unreachable(event);
    }
  },
};
