import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { emailAddress } from '../../../platform/kernel/email-address.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Order } from '../../ordering/index.js';
import { requestResend } from '../domain/delivery.decider.js';
import { Delivery } from '../domain/delivery.js';
import { Suppression } from '../domain/suppression.js';
import type { Recipient } from '../events/delivery.events.js';
import { Recipients } from '../ports.js';
import type { DeliveryRejection } from '../rejections.js';

/** Sends a confirmed order's keys once more, to where they went before or to another address. */
export class ResendOrder extends Command<null | Rejection<DeliveryRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: { readonly orderId: string; readonly email: string | null },
  ) {
    super();
  }
}

@CommandHandler(ResendOrder)
export class ResendOrderHandler implements ICommandHandler<ResendOrder> {
  constructor(
    private readonly executor: Executor,
    private readonly recipients: Recipients,
  ) {}

  async execute({ context, input }: ResendOrder): Promise<null | Rejection<DeliveryRejection>> {
    const { orderId, email } = input;
    const address = email === null ? null : emailAddress(email);
    if (email !== null && address === null) return reject('InvalidAddress');
    const corrected = address === null ? null : await this.recipients.seal(orderId, address);
    return this.executor.run(context, (tx) => request(tx, orderId, corrected));
  }
}

function request(
  tx: Transaction,
  orderId: string,
  corrected: Recipient | null,
): null | Rejection<DeliveryRejection> {
  const { claim, status } = tx.load(Order, orderId);
  if (!claim) return reject('OrderNotFound');
  if (status !== 'confirmed') return reject('OrderNotConfirmed');
  const state = tx.load(Delivery, orderId);
  const first = claim.email && { ...claim.email, sealedIn: 'order' as const };
  const recipient = corrected ?? state.sends.at(-1)?.recipient ?? first;
  if (!recipient) return reject('NoAddress');
  if (tx.load(Suppression, recipient.hash).isSuppressed) return reject('AddressSuppressed');
  const { publicId: orderNumber, partner, language } = claim;
  const isCorrected = corrected !== null;
  const decided = requestResend(state, { orderNumber, partner, language, recipient, isCorrected });
  if (isRejection(decided)) return decided;
  tx.append(Delivery, orderId, decided);
  return null;
}
