import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { rotateSecret } from '../domain/webhooks.decider.js';
import { Webhooks } from '../domain/webhooks.js';
import { EndpointSecrets } from '../secrets/endpoint-secrets.js';
import type { WebhookWithSecret } from './webhook-result.js';

/** A new secret; the one before it signs too for as long as the overlap lasts. */
export class RotateWebhookSecret extends Command<WebhookWithSecret> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly webhook: number,
    readonly overlapHours: number,
  ) {
    super();
  }
}

@CommandHandler(RotateWebhookSecret)
export class RotateWebhookSecretHandler implements ICommandHandler<RotateWebhookSecret> {
  constructor(
    private readonly executor: Executor,
    private readonly secrets: EndpointSecrets,
  ) {}

  async execute({
    context,
    partner,
    webhook,
    overlapHours,
  }: RotateWebhookSecret): Promise<WebhookWithSecret> {
    const { clear, secret } = await this.secrets.make(partner);
    return this.executor.run(context, (tx) => {
      const rotation = { secret, overlapHours, nowMs: tx.nowMs };
      const decided = rotateSecret(tx.load(Webhooks, partner), webhook, rotation);
      if (isRejection(decided)) return decided;
      return { webhook: tx.append(Webhooks, partner, decided).webhooks.get(webhook)!, secret: clear };
    });
  }
}
