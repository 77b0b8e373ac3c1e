import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { NewestMap } from '../../../platform/kernel/newest-map.js';
import {
  emptyWindow,
  type OperationWindow,
  recordOperation,
} from '../../../platform/kernel/operation-window.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { ReservationPlan, WalletEvent } from '../events/wallet.events.js';

export interface Hold {
  readonly key: string;
  readonly kind: 'sale' | 'reservation';
  readonly amountMinor: bigint;
  readonly deadlineMs: number;
  readonly reservation?: ReservationPlan;
}

export interface WalletState {
  readonly postedMinor: bigint;
  readonly heldMinor: bigint;
  /** Open holds by key. */
  readonly holds: NewestMap<Hold>;
  readonly openReservations: number;
  /** Outcomes: `held`, `captured`, `released` by hold key; `done` by operation. */
  readonly operations: OperationWindow;
}

/** Who owns a wallet, what it is for, in which currency. `main` is the balance that sales are paid from. */
export const walletId = (owner: string, purpose: 'main', currency: Currency): string =>
  `${owner}.${purpose}.${currency}`;

/** The currency that a {@link walletId} names. */
export const walletCurrency = (id: string): Currency => id.slice(id.lastIndexOf('.') + 1) as Currency;

/** What may still be spent. May be negative down to the credit limit. */
export const availableMinor = (state: WalletState): bigint => state.postedMinor - state.heldMinor;

const EMPTY: WalletState = {
  postedMinor: 0n,
  heldMinor: 0n,
  holds: NewestMap.empty(),
  openReservations: 0,
  operations: emptyWindow(),
};

type StoredHold = Omit<Hold, 'amountMinor'> & { readonly amount: string };

interface StoredWallet {
  readonly posted: string;
  readonly holds: readonly StoredHold[];
}

const storedHold = ({ key, kind, amountMinor, deadlineMs, reservation }: Hold): StoredHold => ({
  key,
  kind,
  deadlineMs,
  reservation,
  amount: amountMinor.toString(),
});

/** Category `wallet`, id of {@link walletId}. */
export const Wallet: Aggregate<WalletState, WalletEvent> = {
  category: 'wallet',
  stateVersion: 1,
  weight: 20,
  initial: EMPTY,
  evolve(state, event, place) {
    const { postedMinor, heldMinor, holds, openReservations, operations } = change(state, event);
    const [operation, outcome] = operationOf(event);
    const recorded = recordOperation(operations, operation, outcome, place.revision);
    return { postedMinor, heldMinor, holds, openReservations, operations: recorded };
  },
  // The window is left out: an operation claimed before the snapshot is looked up in the stream.
  snapshot: {
    parts: (state) => state.holds.size,
    encode: (state): StoredWallet => ({
      posted: state.postedMinor.toString(),
      holds: state.holds.values().map(storedHold),
    }),
    decode(json: StoredWallet, revision) {
      const holds: [string, Hold][] = [];
      let heldMinor = 0n;
      let openReservations = 0;
      for (const { key, kind, amount, deadlineMs, reservation } of json.holds) {
        const amountMinor = BigInt(amount);
        holds.push([key, { key, kind, amountMinor, deadlineMs, reservation }]);
        heldMinor += amountMinor;
        if (kind === 'reservation') openReservations += 1;
      }
      return {
        postedMinor: BigInt(json.posted),
        heldMinor,
        holds: NewestMap.of(holds),
        openReservations,
        operations: emptyWindow(revision + 1),
      };
    },
  },
};

function change(state: WalletState, event: WalletEvent): WalletState {
  switch (event.type) {
    case 'FundsHeld': {
      const { hold, amount, deadline, reservation } = event.data;
      const amountMinor = BigInt(amount);
      const { key, kind } = hold;
      return {
        ...state,
        heldMinor: state.heldMinor + amountMinor,
        openReservations: state.openReservations + (kind === 'reservation' ? 1 : 0),
        holds: state.holds.set(key, {
          key,
          kind,
          amountMinor,
          deadlineMs: Date.parse(deadline),
          reservation,
        }),
      };
    }
    case 'FundsCaptured':
      return {
        ...withoutHold(state, event.data.hold),
        postedMinor: state.postedMinor - BigInt(event.data.amount),
      };
    case 'FundsReleased':
      return withoutHold(state, event.data.hold);
    case 'FundsCredited':
      return { ...state, postedMinor: state.postedMinor + BigInt(event.data.amount) };
    case 'FundsDebited':
      return { ...state, postedMinor: state.postedMinor - BigInt(event.data.amount) };
    default:
      return unreachable(event);
  }
}

function withoutHold(state: WalletState, key: string): WalletState {
  const hold = state.holds.get(key);
  if (!hold) return state;
  return {
    ...state,
    heldMinor: state.heldMinor - hold.amountMinor,
    openReservations: state.openReservations - (hold.kind === 'reservation' ? 1 : 0),
    holds: state.holds.remove(key),
  };
}

/** What an event says about the operation that it belongs to. */
function operationOf(event: WalletEvent): readonly [operation: string, outcome: string] {
  switch (event.type) {
    case 'FundsHeld':
      return [event.data.hold.key, 'held'];
    case 'FundsCaptured':
      return [event.data.hold, 'captured'];
    case 'FundsReleased':
      return [event.data.hold, 'released'];
    case 'FundsCredited':
    case 'FundsDebited':
      return [event.data.operation, 'done'];
    default:
      return unreachable(event);
  }
}

/** The operations in a stretch of a wallet's stream, for claims that are older than the state's window. */
export const walletOperations = (events: readonly WalletEvent[]): ReadonlyMap<string, string> =>
  new Map(events.map(operationOf));
