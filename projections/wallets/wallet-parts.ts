import type { Currency } from '../../src/platform/kernel/money.js';

export interface WalletParts {
  readonly ownerId: string;
  readonly purpose: string;
  readonly currency: Currency;
}

/** What a wallet's id says: owner, purpose and currency, with a dot between them. */
export function walletParts(walletId: string): WalletParts {
  const [ownerId, purpose, currency] = walletId.split('.');
  if (!ownerId || !purpose || !currency) throw new Error(`${walletId} names no wallet`);
  return { ownerId, purpose, currency: currency as Currency };
}
