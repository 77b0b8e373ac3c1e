import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Partner } from '../../partners/index.js';
import { Callback, callbackId, redeliver } from '../domain/callback.js';
import { Webhooks } from '../domain/webhooks.js';
import type { WebhookRejectionCode } from '../rejections.js';

/** Sends one message again, whatever became of it. */
export class RedeliverMessage extends Command<null | Rejection<WebhookRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly webhook: number,
    /** Position of the notice. */
    readonly notice: string,
  ) {
    super();
  }
}

@CommandHandler(RedeliverMessage)
export class RedeliverMessageHandler implements ICommandHandler<RedeliverMessage> {
  constructor(private readonly executor: Executor) {}

  execute({ context, partner, webhook, notice }: RedeliverMessage) {
    return this.executor.run(context, (tx): null | Rejection<WebhookRejectionCode> => {
      if (tx.load(Partner, partner).status === 'deleted') return reject('WebhookPartnerUnknown');
      const endpoint = tx.load(Webhooks, partner).webhooks.get(webhook);
      if (!endpoint) return reject('WebhookUnknown');
      if (endpoint.disabled) return reject('WebhookDisabled');
      const id = callbackId(webhook, notice);
      const decided = redeliver(tx.load(Callback, id), { webhook, partner, notice });
      if (isRejection(decided)) return decided;
      tx.append(Callback, id, decided);
      return null;
    });
  }
}
