import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { OrderClaim, OrderEvent, SaleFigures, SoldUnit } from '../events/order.events.js';

export type OrderStatus =
  | 'none'
  | 'claimed'
  | 'refused'
  | 'confirmed'
  | 'replacing'
  | 'refunding'
  | 'refunded'
  | 'cancelled';

type Body<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>['data'];

export interface Replaced {
  /** Id of the command that asked. */
  readonly command: string;
  readonly faulty: SoldUnit;
  readonly by: SoldUnit;
  readonly unitCost: StoredMoney | null;
}

export interface OrderState {
  readonly status: OrderStatus;
  /** The newest attempt's plan. */
  readonly claim: OrderClaim | null;
  /** What the order has now: a replaced key is no longer in it. */
  readonly units: readonly SoldUnit[];
  readonly amount: string;
  readonly commission: string;
  /** Why the newest attempt was refused. */
  readonly refusal: string | null;
  /** Id of the command that annulled the order before it had a key. */
  readonly undoneBy: string | null;
  readonly sale: SaleFigures | null;
  readonly refund: Body<'RefundClaimed'> | null;
  /** The newest number under which lots know this order: of an attempt, or of a replacement. */
  readonly attempts: number;
  /** The replacement that is under way. */
  readonly replacement: Body<'ReplacementClaimed'> | null;
  /** The replacements that are done, in order. */
  readonly replaced: readonly Replaced[];
}

/** Whether the reference can be sold under: nothing was, and nobody has cancelled it meanwhile. */
export const isFree = ({ status, undoneBy }: OrderState): boolean =>
  status === 'none' || (status === 'refused' && undoneBy === null);

/** Category `order`, id of {@link orderId} in the ordering context. */
export const Order: Aggregate<OrderState, OrderEvent> = {
  category: 'order',
  stateVersion: 2,
  initial: {
    status: 'none',
    claim: null,
    units: [],
    amount: '0',
    commission: '0',
    refusal: null,
    undoneBy: null,
    sale: null,
    refund: null,
    attempts: 0,
    replacement: null,
    replaced: [],
  },
  // An order that has come to its end makes room at once: there are thousands in a second, and few are asked for again.
  isLive: ({ status }) => status === 'claimed' || status === 'replacing' || status === 'refunding',
  evolve(state, event) {
    switch (event.type) {
      case 'OrderClaimed':
        return {
          ...state,
          status: 'claimed',
          claim: event.data,
          attempts: event.data.attempt,
          refusal: null,
          undoneBy: null,
        };
      case 'OrderConfirmed': {
        const { units, amount, commission, sale = null } = event.data;
        return { ...state, status: 'confirmed', units, amount, commission, sale };
      }
      case 'OrderDeliveryRequested':
        return state;
      case 'OrderRefused':
        return {
          ...state,
          status: 'refused',
          refusal: event.data.reason,
          undoneBy: event.data.command ?? null,
        };
      case 'RefundClaimed':
        return { ...state, status: 'refunding', refund: event.data };
      case 'OrderRefunded':
        return { ...state, status: 'refunded' };
      case 'OrderCancelled':
        return { ...state, status: 'cancelled' };
      case 'ReplacementClaimed':
        return { ...state, status: 'replacing', attempts: event.data.attempt, replacement: event.data };
      case 'KeyReplaced':
        return replaced(state, event.data);
      case 'ReplacementRefused':
        return { ...state, status: 'confirmed', replacement: null };
      default:
        return unreachable(event);
    }
  },
};

function replaced(state: OrderState, { unit: by, unitCost }: Body<'KeyReplaced'>): OrderState {
  if (!state.replacement) throw new Error('a key was replaced without a claim');
  const { command, faulty } = state.replacement;
  const units = state.units.map((sold) => (sold.unit === by.unit ? by : sold));
  const done = [...state.replaced, { command, faulty, by, unitCost }];
  return { ...state, status: 'confirmed', units, replacement: null, replaced: done };
}
