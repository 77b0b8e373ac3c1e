import { createHash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { operationSince } from '../../../platform/execution/operation-since.js';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { TopUp } from '../domain/topup.js';
import { postFunds } from '../domain/wallet.decider.js';
import { availableMinor, Wallet, walletId, walletOperations } from '../domain/wallet.js';
import { CLAIM_PATIENCE_MS, LARGEST_MOVEMENT_MINOR } from '../limits.js';

export type TopUpRejection = 'InvalidAmount' | 'ReferenceConflict';

export interface TopUpBalanceInput {
  readonly ownerId: string;
  readonly purpose: 'main';
  readonly currency: Currency;
  /** Above 0, at most {@link LARGEST_MOVEMENT_MINOR}. */
  readonly amountMinor: bigint;
  /** Unique per owner: the same reference and amount again changes nothing. */
  readonly reference: string;
  /** Ciphertext; null if there is none. */
  readonly comment: string | null;
}

export interface Balance {
  readonly currency: Currency;
  readonly postedMinor: bigint;
  readonly heldMinor: bigint;
  readonly availableMinor: bigint;
}

/** Credits a wallet. Idempotent on (owner, reference); another amount or currency is `ReferenceConflict`. */
export class TopUpBalance extends Command<Balance | Rejection<TopUpRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: TopUpBalanceInput,
  ) {
    super();
  }
}

export function topUpId(owner: string, reference: string): string {
  const hash = createHash('sha256').update(reference, 'utf8').digest('base64url').slice(0, 32);
  return `${owner}-${hash}`;
}

@CommandHandler(TopUpBalance)
export class TopUpBalanceHandler implements ICommandHandler<TopUpBalance> {
  constructor(private readonly executor: Executor) {}

  execute({ context, input }: TopUpBalance): Promise<Balance | Rejection<TopUpRejection>> {
    const { ownerId, purpose, currency, amountMinor, reference, comment } = input;
    const id = topUpId(ownerId, reference);
    const wallet = walletId(ownerId, purpose, currency);
    return this.executor.run(context, (tx) => {
      if (amountMinor <= 0n || amountMinor > LARGEST_MOVEMENT_MINOR) return reject('InvalidAmount');
      const { status, claim } = tx.load(TopUp, id);
      if (status === 'none') {
        const walletRevision = tx.durableRevision(Wallet, wallet);
        const deadline = isoTime(tx.nowMs + CLAIM_PATIENCE_MS);
        const amount = amountMinor.toString();
        const data = {
          owner: ownerId,
          wallet,
          walletRevision,
          currency,
          amount,
          reference,
          comment,
          deadline,
        };
        tx.append(TopUp, id, [{ type: 'TopUpClaimed', data }]);
      } else if (claim?.amount !== amountMinor.toString() || claim.wallet !== wallet) {
        return reject('ReferenceConflict');
      }
      advanceTopUp(tx, id);
      const state = tx.load(Wallet, wallet);
      const { postedMinor, heldMinor } = state;
      return { currency, postedMinor, heldMinor, availableMinor: availableMinor(state) };
    });
  }
}

/** Takes a claimed top-up from wherever it stands to its end. */
export function advanceTopUp(tx: Transaction, id: string): void {
  const { status, claim } = tx.load(TopUp, id);
  if (status !== 'claimed' || !claim) return;
  const operation = `topup:${id}`;
  const stream = { aggregate: Wallet, id: claim.wallet, operationsOf: walletOperations };
  if (operationSince(tx, stream, operation, claim.walletRevision) === undefined) {
    const credited = postFunds(tx.load(Wallet, claim.wallet), {
      operation,
      amountMinor: BigInt(claim.amount),
      currency: claim.currency,
      counter: 'topups',
      reference: claim.reference,
      ...(claim.comment === null ? {} : { comment: claim.comment }),
    });
    if (isRejection(credited)) throw new Error(`a top-up whose amount was checked: ${credited.code}`);
    tx.append(Wallet, claim.wallet, credited);
  }
  tx.append(TopUp, id, [{ type: 'TopUpCompleted', data: { amount: claim.amount } }]);
}
