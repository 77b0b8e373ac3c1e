import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { deleteWebhook } from '../domain/webhooks.decider.js';
import { Webhooks } from '../domain/webhooks.js';
import type { WebhookRejectionCode } from '../rejections.js';

/** Takes an endpoint away, and all that waits for it. */
export class DeleteWebhook extends Command<null | Rejection<WebhookRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly webhook: number,
  ) {
    super();
  }
}

@CommandHandler(DeleteWebhook)
export class DeleteWebhookHandler implements ICommandHandler<DeleteWebhook> {
  constructor(private readonly executor: Executor) {}

  execute({ context, partner, webhook }: DeleteWebhook): Promise<null | Rejection<WebhookRejectionCode>> {
    return this.executor.run(context, (tx) => {
      const decided = deleteWebhook(tx.load(Webhooks, partner), webhook);
      if (isRejection(decided)) return decided;
      tx.append(Webhooks, partner, decided);
      return null;
    });
  }
}
