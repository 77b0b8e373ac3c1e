import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { TopUp } from '../domain/topup.js';
import { Wallet, walletId } from '../domain/wallet.js';
import { CLAIM_PATIENCE_MS, largestMovementMinor } from '../limits.js';
import { type BalanceAfter, balanceOf, referenceId } from './balance.js';
import { postOnce } from './post-once.js';

export type TopUpRejection = 'InvalidAmount' | 'ReferenceConflict';

export interface TopUpBalanceInput {
  readonly ownerId: string;
  readonly purpose: 'main';
  readonly currency: Currency;
  /** Above 0, at most {@link largestMovementMinor}. */
  readonly amountMinor: bigint;
  /** Unique per owner: the same reference and amount again changes nothing. */
  readonly reference: string;
  /** Ciphertext; null if there is none. */
  readonly comment: string | null;
}

/** Credits a wallet. Idempotent on (owner, reference); another amount or currency is `ReferenceConflict`. */
export class TopUpBalance extends Command<BalanceAfter | Rejection<TopUpRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: TopUpBalanceInput,
  ) {
    super();
  }
}

export const topUpId = referenceId;

@CommandHandler(TopUpBalance)
export class TopUpBalanceHandler implements ICommandHandler<TopUpBalance> {
  constructor(private readonly executor: Executor) {}

  execute({ context, input }: TopUpBalance): Promise<BalanceAfter | Rejection<TopUpRejection>> {
    return this.executor.advance(context, (tx) => topUp(tx, input));
  }
}

/** Claims the top-up unless it is claimed already, and takes it to its end. */
export function topUp(tx: Transaction, input: TopUpBalanceInput): BalanceAfter | Rejection<TopUpRejection> {
  const { ownerId: owner, purpose, currency, amountMinor, reference, comment } = input;
  if (amountMinor <= 0n || amountMinor > largestMovementMinor(currency)) return reject('InvalidAmount');
  const id = topUpId(owner, reference);
  const wallet = walletId(owner, purpose, currency);
  const amount = amountMinor.toString();
  const { status, claim } = tx.load(TopUp, id);
  if (status === 'none') {
    const walletRevision = tx.durableRevision(Wallet, wallet);
    const deadline = isoTime(tx.nowMs + CLAIM_PATIENCE_MS);
    const data = { owner, wallet, walletRevision, currency, amount, reference, comment, deadline };
    tx.append(TopUp, id, [{ type: 'TopUpClaimed', data }]);
  } else if (claim?.amount !== amount || claim.wallet !== wallet) {
    return reject('ReferenceConflict');
  }
  advanceTopUp(tx, id);
  return { ...balanceOf(tx, wallet, currency), note: claim ? claim.comment : comment };
}

/** Takes a claimed top-up from wherever it stands to its end. */
export function advanceTopUp(tx: Transaction, id: string): void {
  const { status, claim } = tx.load(TopUp, id);
  if (status !== 'claimed' || !claim) return;
  postOnce(tx, claim, {
    operation: `topup:${id}`,
    amountMinor: BigInt(claim.amount),
    currency: claim.currency,
    counter: 'topups',
    reference: claim.reference,
    ...(claim.comment === null ? {} : { comment: claim.comment }),
  });
  tx.append(TopUp, id, [{ type: 'TopUpCompleted', data: { amount: claim.amount } }]);
}
