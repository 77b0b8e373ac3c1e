import type { WalletEvent } from '../../src/contexts/wallets/index.js';
import type { Currency } from '../../src/platform/kernel/money.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { walletParts } from './wallet-parts.js';

/** One wallet; amounts are minor units of its currency. */
export interface BalanceDocument extends ReadDocument {
  readonly ownerId: string;
  readonly purpose: string;
  readonly currency: Currency;
  readonly posted: string;
  readonly held: string;
  /** Posted less held: what may be spent, credit aside. */
  readonly available: string;
  readonly updatedAt: string;
}

const minus = (amount: string): bigint => -BigInt(amount);

/** By how much an event moves posted and held. */
function movement(event: WalletEvent): { readonly posted: bigint; readonly held: bigint } {
  switch (event.type) {
    case 'FundsHeld':
      return { posted: 0n, held: BigInt(event.data.amount) };
    case 'FundsCaptured':
      return {
        posted: minus(event.data.amount),
        held: minus(event.data.amount) - BigInt(event.data.released),
      };
    case 'FundsReleased':
      return { posted: 0n, held: minus(event.data.amount) };
    case 'FundsCredited':
      return { posted: BigInt(event.data.amount), held: 0n };
    case 'FundsDebited':
      return { posted: minus(event.data.amount), held: 0n };
    default:
      return unreachable(event);
  }
}

export const balances = defineProjection<BalanceDocument, WalletEvent>({
  name: 'balances',
  version: 1,
  indexes: [['ownerId']],
  handles: { wallet: ['FundsHeld', 'FundsCaptured', 'FundsReleased', 'FundsCredited', 'FundsDebited'] },
  keysOf: (event) => event.id,
  evolve(balance, event, id) {
    const { posted, held } = movement(event);
    const postedMinor = BigInt(balance?.posted ?? 0) + posted;
    const heldMinor = BigInt(balance?.held ?? 0) + held;
    return {
      _id: id,
      ...walletParts(event.id),
      posted: postedMinor.toString(),
      held: heldMinor.toString(),
      available: (postedMinor - heldMinor).toString(),
      updatedAt: event.at,
    };
  },
});
