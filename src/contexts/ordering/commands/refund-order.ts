import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { operationSince } from '../../../platform/execution/operation-since.js';
import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { postFunds, Wallet, walletOperations } from '../../wallets/index.js';
import { claimRefund, completeRefund } from '../domain/order.decider.js';
import { Order } from '../domain/order.js';
import { CLAIM_PATIENCE_MS } from '../limits.js';
import type { OrderingRejection } from '../rejections.js';
import { advanceReplacement } from './advance-replacement.js';
import { advanceSale } from './advance-sale.js';
import { quarantineSold } from './quarantine-sold.js';
import { SaleDesk } from './sale-desk.js';

export interface RefundOrderInput {
  /** Id of the order's stream. */
  readonly orderId: string;
  /** `refund`: money back, the key stays sold. `annulment`: money back, the key is quarantined. */
  readonly kind: 'refund' | 'annulment';
  readonly reason: string;
}

/**
 * Gives a confirmed order's money back, once. The key never goes back on sale. The annulment of an order that is not
 * finished undoes it while it has no key, which is all, or finishes it first.
 */
export class RefundOrder extends Command<{ amount: string } | Rejection<OrderingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: RefundOrderInput,
  ) {
    super();
  }
}

@CommandHandler(RefundOrder)
export class RefundOrderHandler implements ICommandHandler<RefundOrder> {
  constructor(private readonly desk: SaleDesk) {}

  execute({ context, input }: RefundOrder): Promise<{ amount: string } | Rejection<OrderingRejection>> {
    const command = context.commandId;
    return this.desk.executor.advance(context, (tx) => {
      const { orderId, kind, reason } = input;
      const { settings } = this.desk;
      if (kind === 'annulment') advanceSale(tx, orderId, 'settle', { ...settings, annulment: command });
      advanceReplacement(tx, orderId, 'settle', settings);
      const order = tx.load(Order, orderId);
      if (order.status === 'none') return reject('OrderNotFound');
      if (order.undoneBy === command) return { amount: order.amount };
      const claimed = claimRefund(order, {
        kind,
        reason,
        command,
        walletRevision: tx.durableRevision(Wallet, order.claim?.wallet ?? ''),
        deadline: isoTime(tx.nowMs + CLAIM_PATIENCE_MS),
      });
      // In a later run of this command its own claim stands, or that of another one that was faster.
      const isMine = !isRejection(claimed) || order.refund?.command === command;
      if (!isRejection(claimed)) tx.append(Order, orderId, claimed);
      advanceRefund(tx, orderId);
      return isMine ? { amount: order.amount } : reject('OrderNotConfirmed');
    });
  }
}

/** Takes a claimed refund from wherever it stands to its end: wallet, then keys, then the order. */
export function advanceRefund(tx: Transaction, orderId: string): void {
  const order = tx.load(Order, orderId);
  const { claim, refund } = order;
  if (order.status !== 'refunding' || !claim || !refund) return;
  const { currency, wallet: walletId } = claim;
  const operation = `refund:${orderId}`;
  const stream = { aggregate: Wallet, id: walletId, operationsOf: walletOperations };
  if (operationSince(tx, stream, operation, refund.walletRevision) === undefined) {
    const wallet = tx.load(Wallet, walletId);
    const amountMinor = BigInt(refund.amount);
    const back = postFunds(wallet, { operation, amountMinor, currency, counter: 'refunds', order: orderId });
    const events = isRejection(back) ? [] : back;
    const commission = -BigInt(refund.commission);
    const returned = postFunds(wallet, {
      operation: `commission-return:${orderId}`,
      amountMinor: commission,
      currency,
      counter: 'commission-returns',
      order: orderId,
    });
    tx.append(Wallet, walletId, isRejection(returned) ? events : [...events, ...returned]);
  }
  if (refund.kind === 'annulment') {
    for (const { lot, slot } of order.units) {
      quarantineSold(tx, { order: orderId, lot, slot }, 'order cancelled');
    }
  }
  tx.append(Order, orderId, completeRefund(tx.load(Order, orderId)));
}
