import type { WalletEvent } from '../../src/contexts/wallets/index.js';

/** What moves money: all that a wallet's posted balance is the sum of. */
export const MOVEMENTS = ['FundsCaptured', 'FundsCredited', 'FundsDebited'] as const;
export type Movement = Extract<WalletEvent, { type: (typeof MOVEMENTS)[number] }>;

/** By how much it changes the wallet, minor units. */
export function movementMinor({ type, data }: Movement): bigint {
  const amount = BigInt(data.amount);
  return type === 'FundsCredited' ? amount : -amount;
}
