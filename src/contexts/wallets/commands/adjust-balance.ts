import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Adjustment } from '../domain/adjustment.js';
import { Wallet, walletId } from '../domain/wallet.js';
import { CLAIM_PATIENCE_MS, largestMovementMinor } from '../limits.js';
import { type BalanceAfter, balanceOf, referenceId } from './balance.js';
import { postOnce } from './post-once.js';

export type AdjustmentRejection = 'InvalidAdjustment' | 'ReferenceConflict';

export interface AdjustBalanceInput {
  readonly ownerId: string;
  readonly currency: Currency;
  /** Not 0, at most {@link largestMovementMinor} either way; negative to debit. */
  readonly amountMinor: bigint;
  /** Unique per owner among adjustments: the same reference and amount again changes nothing. */
  readonly reference: string;
  /** Ciphertext. */
  readonly reason: string;
}

/**
 * Corrects a main wallet, against the account `adjustments`. A correction states what is owed: it may take the balance
 * below any limit, and then nothing is sold until it is back above. Idempotent on (owner, reference).
 */
export class AdjustBalance extends Command<BalanceAfter | Rejection<AdjustmentRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: AdjustBalanceInput,
  ) {
    super();
  }
}

export const adjustmentId = referenceId;

@CommandHandler(AdjustBalance)
export class AdjustBalanceHandler implements ICommandHandler<AdjustBalance> {
  constructor(private readonly executor: Executor) {}

  execute({ context, input }: AdjustBalance): Promise<BalanceAfter | Rejection<AdjustmentRejection>> {
    const { ownerId: owner, currency, amountMinor, reference, reason } = input;
    const id = adjustmentId(owner, reference);
    const wallet = walletId(owner, 'main', currency);
    const amount = amountMinor.toString();
    return this.executor.advance(context, (tx) => {
      const size = amountMinor < 0n ? -amountMinor : amountMinor;
      if (size === 0n || size > largestMovementMinor(currency)) return reject('InvalidAdjustment');
      const { status, claim } = tx.load(Adjustment, id);
      if (status === 'none') {
        const walletRevision = tx.durableRevision(Wallet, wallet);
        const deadline = isoTime(tx.nowMs + CLAIM_PATIENCE_MS);
        const data = { owner, wallet, walletRevision, currency, amount, reference, reason, deadline };
        tx.append(Adjustment, id, [{ type: 'AdjustmentClaimed', data }]);
      } else if (claim?.amount !== amount || claim.wallet !== wallet) {
        return reject('ReferenceConflict');
      }
      advanceAdjustment(tx, id);
      return { ...balanceOf(tx, wallet, currency), note: claim?.reason ?? reason };
    });
  }
}

/** Takes a claimed adjustment from wherever it stands to its end. */
export function advanceAdjustment(tx: Transaction, id: string): void {
  const { status, claim } = tx.load(Adjustment, id);
  if (status !== 'claimed' || !claim) return;
  const { amount, currency, reference, reason: comment } = claim;
  postOnce(tx, claim, {
    operation: `adjustment:${id}`,
    amountMinor: BigInt(amount),
    currency,
    counter: 'adjustments',
    reference,
    comment,
  });
  tx.append(Adjustment, id, [{ type: 'AdjustmentCompleted', data: { amount } }]);
}
