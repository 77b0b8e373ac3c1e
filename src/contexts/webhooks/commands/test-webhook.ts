import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { OutboundHttp } from '../../../platform/http/outbound/outbound-http.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Partner } from '../../partners/index.js';
import { Webhooks } from '../domain/webhooks.js';
import type { FailureReason } from '../events/callback.events.js';
import type { WebhookRejectionCode } from '../rejections.js';
import { EndpointSecrets } from '../secrets/endpoint-secrets.js';
import { recordedResponse } from '../secrets/recorded-response.js';
import { signedRequest } from '../secrets/signed-request.js';

export interface TestResult {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly failure: FailureReason | null;
  readonly response: string | null;
  readonly tookMs: number;
}

/** Sends an event of its own to an endpoint. */
export class TestWebhook extends Command<TestResult | Rejection<WebhookRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly webhook: number,
  ) {
    super();
  }
}

/**
 * Answers what the endpoint said. Nothing is recorded and nothing retried: it is for
 * whoever sets an endpoint up and looks at it. One at a time for each endpoint.
 */
@CommandHandler(TestWebhook)
export class TestWebhookHandler implements ICommandHandler<TestWebhook> {
  private readonly underWay = new Set<number>();

  constructor(
    private readonly executor: Executor,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly secrets: EndpointSecrets,
    private readonly outbound: OutboundHttp,
  ) {}

  async execute({ context, partner, webhook: id }: TestWebhook) {
    if (this.underWay.has(id)) return reject('TestUnderWay');
    this.underWay.add(id);
    try {
      const webhook = await this.executor.run(context, (tx) =>
        tx.load(Partner, partner).status === 'deleted'
          ? reject('WebhookPartnerUnknown')
          : (tx.load(Webhooks, partner).webhooks.get(id) ?? reject('WebhookUnknown')),
      );
      if (isRejection(webhook)) return webhook;
      const nowMs = this.clock.now();
      const eventId = `evt_test_${this.ids.uuid()}`;
      const data = { webhook_id: id };
      const body = { id: eventId, type: 'webhook.test', timestamp: isoTime(nowMs), data };
      const request = await signedRequest(this.secrets, partner, webhook, { id: eventId, body, nowMs });
      const began = performance.now();
      const result = await this.outbound.post(request);
      return { ...outcomeOf(result), tookMs: Math.round(performance.now() - began) };
    } finally {
      this.underWay.delete(id);
    }
  }
}

export type SentOutcome = Omit<TestResult, 'tookMs'>;

/** What an answer means: any status from 200 to 299 is a delivery, everything else is none. */
export function outcomeOf(result: Awaited<ReturnType<OutboundHttp['post']>>): SentOutcome {
  switch (result.outcome) {
    case 'refused':
      return { delivered: false, status: null, failure: result.problem, response: null };
    case 'failed':
      return { delivered: false, status: null, failure: result.reason, response: null };
    default: {
      const { status, start } = result;
      const delivered = status >= 200 && status < 300;
      return { delivered, status, failure: delivered ? null : 'status', response: recordedResponse(start) };
    }
  }
}
