import { operationSince } from '../../../platform/execution/operation-since.js';
import type { Transaction } from '../../../platform/execution/transaction.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { type PostFunds, postFunds } from '../domain/wallet.decider.js';
import { Wallet, walletOperations } from '../domain/wallet.js';

/** Where a claimed movement goes, and the wallet's revision that its claim recorded. */
export interface ClaimedWallet {
  readonly wallet: string;
  readonly walletRevision: number;
}

/** Posts a claimed movement to its wallet, unless that was done since the claim. The amount was checked before. */
export function postOnce(tx: Transaction, { wallet, walletRevision }: ClaimedWallet, funds: PostFunds): void {
  const stream = { aggregate: Wallet, id: wallet, operationsOf: walletOperations };
  if (operationSince(tx, stream, funds.operation, walletRevision) !== undefined) return;
  const posted = postFunds(tx.load(Wallet, wallet), funds);
  if (isRejection(posted)) throw new Error(`a movement whose amount was checked: ${posted.code}`);
  tx.append(Wallet, wallet, posted);
}
