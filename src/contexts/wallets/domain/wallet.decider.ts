import type { Currency } from '../../../platform/kernel/money.js';
import { findOperation } from '../../../platform/kernel/operation-window.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { CounterAccount, HoldPurpose, ReservationPlan, WalletEvent } from '../events/wallet.events.js';
import { availableMinor, type WalletState } from './wallet.js';

export type WalletRejection = 'InsufficientBalance' | 'HoldEnded' | 'InvalidAmount';

export interface HoldFunds {
  readonly hold: HoldPurpose;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  /** Lowest permitted available amount, minor units; null: unlimited credit. */
  readonly floorMinor: bigint | null;
  readonly deadline: string;
  readonly reservation?: ReservationPlan;
}

/** Sets money aside. Never below the floor; never for a key that was released before; twice changes nothing. */
export function holdFunds(
  state: WalletState,
  command: HoldFunds,
): WalletEvent[] | Rejection<WalletRejection> {
  const { hold, amountMinor, currency, floorMinor, deadline, reservation } = command;
  if (amountMinor <= 0n) return reject('InvalidAmount');
  if (state.holds.has(hold.key)) return [];
  if (findOperation(state.operations, hold.key)) return reject('HoldEnded');
  if (floorMinor !== null && availableMinor(state) - amountMinor < floorMinor) {
    return reject('InsufficientBalance');
  }
  const data = { hold, amount: amountMinor.toString(), currency, deadline };
  return [{ type: 'FundsHeld', data: reservation ? { reservation, ...data } : data }];
}

export interface CaptureFunds {
  readonly hold: string;
  /** At most the hold's amount; the rest of the hold is released. */
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly counter: CounterAccount;
  readonly order: string;
  readonly attempt: number;
}

/** Debits what a hold covers. Nothing if the hold no longer stands. */
export function captureFunds(state: WalletState, command: CaptureFunds): WalletEvent[] {
  const { hold: key, amountMinor, currency, counter, order, attempt } = command;
  const hold = state.holds.get(key);
  if (!hold) return [];
  if (amountMinor < 0n || amountMinor > hold.amountMinor) {
    throw new Error(`capture of ${amountMinor} from a hold of ${hold.amountMinor}`);
  }
  const amount = amountMinor.toString();
  const released = (hold.amountMinor - amountMinor).toString();
  return [
    { type: 'FundsCaptured', data: { hold: key, currency, amount, released, counter, order, attempt } },
  ];
}

/** Ends a hold without a debit, also one that never stood: none of that key can follow. Once. */
export function releaseFunds(
  state: WalletState,
  command: { hold: string; currency: Currency },
): WalletEvent[] {
  const { hold: key, currency } = command;
  const hold = state.holds.get(key);
  if (!hold && findOperation(state.operations, key) !== undefined) return [];
  const amount = (hold?.amountMinor ?? 0n).toString();
  return [{ type: 'FundsReleased', data: { hold: key, currency, amount } }];
}

export interface PostFunds {
  readonly operation: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly counter: CounterAccount;
  readonly order?: string;
  readonly reference?: string;
  readonly comment?: string;
}

/** A movement into the wallet (positive amount) or out of it (negative). The same operation twice changes nothing. */
export function postFunds(
  state: WalletState,
  command: PostFunds,
): WalletEvent[] | Rejection<WalletRejection> {
  const { amountMinor, ...rest } = command;
  if (amountMinor === 0n) return reject('InvalidAmount');
  if (findOperation(state.operations, command.operation)) return [];
  const type = amountMinor > 0n ? 'FundsCredited' : 'FundsDebited';
  const amount = (amountMinor > 0n ? amountMinor : -amountMinor).toString();
  return [{ type, data: { amount, ...rest } }];
}
