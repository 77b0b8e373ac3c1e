import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { OutboundHttp } from '../../../platform/http/outbound/outbound-http.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { changeWebhook, type WebhookChanges } from '../domain/webhooks.decider.js';
import { Webhooks } from '../domain/webhooks.js';
import type { WebhookResult } from './webhook-result.js';

/** Changes the named fields of an endpoint, switches it on or off. */
export class UpdateWebhook extends Command<WebhookResult> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly webhook: number,
    readonly changes: WebhookChanges,
  ) {
    super();
  }
}

@CommandHandler(UpdateWebhook)
export class UpdateWebhookHandler implements ICommandHandler<UpdateWebhook> {
  constructor(
    private readonly executor: Executor,
    private readonly outbound: OutboundHttp,
  ) {}

  async execute({ context, partner, webhook, changes }: UpdateWebhook): Promise<WebhookResult> {
    const problem = changes.url === undefined ? null : await this.outbound.problemOf(changes.url);
    if (problem) return reject('WebhookUrlRefused', { problem });
    return this.executor.run(context, (tx) => {
      const decided = changeWebhook(tx.load(Webhooks, partner), webhook, changes);
      if (isRejection(decided)) return decided;
      return tx.append(Webhooks, partner, decided).webhooks.get(webhook)!;
    });
  }
}
