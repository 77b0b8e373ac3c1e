import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { emailAddress } from '../../../platform/kernel/email-address.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { DeliveryIndex, type SendName } from '../delivery-index.js';
import { endPending } from '../domain/delivery.decider.js';
import { Delivery } from '../domain/delivery.js';
import { Erasure } from '../domain/erasure.js';
import { Recipients } from '../ports.js';
import type { DeliveryRejection } from '../rejections.js';

export interface ErasedCustomer {
  /** Keyed hash of the address. */
  readonly hash: string;
  /** Deliveries that were still to be made, and are not made any more. */
  readonly ended: number;
}

/**
 * Erases a customer: the data key that their address and letters are encrypted under is destroyed for ever. What was
 * sold stays, without them. The event is first, so that whoever looks finds that it was asked for, and may ask again
 * where a crash cut it off.
 */
export class EraseCustomer extends Command<ErasedCustomer | Rejection<DeliveryRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly email: string,
  ) {
    super();
  }
}

@CommandHandler(EraseCustomer)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomer> {
  constructor(
    private readonly executor: Executor,
    private readonly recipients: Recipients,
    private readonly index: DeliveryIndex,
  ) {}

  async execute({ context, email }: EraseCustomer): Promise<ErasedCustomer | Rejection<DeliveryRejection>> {
    const address = emailAddress(email);
    if (address === null) return reject('InvalidAddress');
    const hash = this.recipients.hashOf(address);
    await this.executor.run(context, (tx) => {
      tx.append(Erasure, hash, [{ type: 'CustomerErased', data: {} }]);
    });
    await this.recipients.erase(hash);
    let ended = 0;
    for (const name of this.index.waitingFor(hash)) ended += await this.end(context, name);
    return { hash, ended };
  }

  private end(context: CommandContext, { order, send }: SendName): Promise<number> {
    return this.executor.run(context, (tx) => {
      const events = endPending(tx.load(Delivery, order), send, 'erased');
      tx.append(Delivery, order, events);
      return events.length;
    });
  }
}
