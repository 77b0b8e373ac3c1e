import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { OutboundHttp } from '../../../platform/http/outbound/outbound-http.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { Partner } from '../../partners/index.js';
import { createWebhook } from '../domain/webhooks.decider.js';
import { Webhooks } from '../domain/webhooks.js';
import type { WebhookFields } from '../events/webhooks.events.js';
import { EndpointSecrets } from '../secrets/endpoint-secrets.js';
import type { WebhookWithSecret } from './webhook-result.js';

/** A new endpoint of a partner: it is told what happens from now on. */
export class CreateWebhook extends Command<WebhookWithSecret> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly fields: WebhookFields,
  ) {
    super();
  }
}

@CommandHandler(CreateWebhook)
export class CreateWebhookHandler implements ICommandHandler<CreateWebhook> {
  constructor(
    private readonly executor: Executor,
    private readonly numbers: PublicIds,
    private readonly secrets: EndpointSecrets,
    private readonly outbound: OutboundHttp,
  ) {}

  async execute({ context, partner, fields }: CreateWebhook): Promise<WebhookWithSecret> {
    const problem = await this.outbound.problemOf(fields.url);
    if (problem) return reject('WebhookUrlRefused', { problem });
    const id = await this.numbers.next('webhook');
    const { clear, secret } = await this.secrets.make(partner);
    return this.executor.run(context, (tx) => {
      const { exists, status } = tx.load(Partner, partner);
      if (!exists || status === 'deleted') return reject('WebhookPartnerUnknown');
      const decided = createWebhook(tx.load(Webhooks, partner), id, fields, secret);
      if (isRejection(decided)) return decided;
      const { webhooks } = tx.append(Webhooks, partner, decided);
      return { webhook: webhooks.get(id)!, secret: clear };
    });
  }
}
