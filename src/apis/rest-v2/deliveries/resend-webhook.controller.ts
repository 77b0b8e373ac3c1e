import {
  BadRequestException,
  Controller,
  HttpCode,
  Post,
  Req,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type MailReport, ReportDelivery } from '../../../contexts/deliveries/index.js';
import { ReportWarning } from '../../../contexts/webhooks/index.js';
import { EventStoreError } from '../../../platform/event-store/event-store.js';
import { systemContext } from '../../../platform/execution/system-context.js';
import { IndexesBehind } from '../../../platform/indexes/index-progress.js';
import { Clock } from '../../../platform/kernel/clock.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { success } from '../answers.js';
import { rawBodyOf } from './raw-body.js';
import { resendReport, warnedOf } from './resend-report.js';

export const RESEND_WEBHOOK_PATH = '/api/webhooks/resend';

/** The secret that Resend signs with; null: nothing is taken. */
export abstract class ResendWebhookSecret {
  abstract readonly secret: string | null;
}

const REPORT_ID = /^[\x21-\x7e]{1,100}$/;

/** What Resend tells of our messages. Its signature is the svix scheme: `svix-…` headers over the raw body, five minutes. */
@Controller(RESEND_WEBHOOK_PATH)
export class ResendWebhookController {
  private readonly webhook: Webhook | null;

  constructor(
    private readonly bus: CommandBus,
    private readonly ids: Ids,
    private readonly clock: Clock,
    { secret }: ResendWebhookSecret,
  ) {
    this.webhook = secret === null ? null : new Webhook(secret);
  }

  @Post()
  @HttpCode(200)
  async receive(@Req() request: FastifyRequest) {
    const reportId = this.verified(request);
    const report = resendReport(request.body, reportId, this.clock.now());
    if (report) await this.record(report, warnedOf(request.body));
    return success({ received: true });
  }

  /** The webhook's id. @throws 401 for what is not signed so */
  private verified(request: FastifyRequest): string {
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => {
      const value = request.headers[`svix-${name}`] ?? request.headers[`webhook-${name}`];
      return typeof value === 'string' ? value : '';
    }) as [string, string, string];
    try {
      const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
      if (!this.webhook) throw new WebhookVerificationError('no secret');
      this.webhook.verify(rawBodyOf(request), headers, { jsonParse: false });
    } catch {
      throw new UnauthorizedException('Unauthorized: the signature is missing or wrong');
    }
    if (!REPORT_ID.test(id)) throw new BadRequestException('svix-id: cannot be read');
    return id;
  }

  private async record(report: MailReport, warned: ReturnType<typeof warnedOf>): Promise<void> {
    const context = systemContext(this.ids, 'resend', 'resend-webhook');
    try {
      await this.bus.execute(
        warned ? new ReportWarning(context, { ...report, ...warned }) : new ReportDelivery(context, report),
      );
    } catch (error) {
      if (!(error instanceof EventStoreError || error instanceof IndexesBehind)) throw error;
      throw new ServiceUnavailableException('The service is not available', { cause: error });
    }
  }
}
