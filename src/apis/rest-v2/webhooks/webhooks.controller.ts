import { BadRequestException, Body, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import type { WebhookDeliveryDocument } from '../../../../projections/webhooks/webhook-deliveries.projection.js';
import {
  CreateWebhook,
  DEFAULT_OVERLAP_HOURS,
  DeleteWebhook,
  RedeliverMessage,
  RedeliverRange,
  RotateWebhookSecret,
  TestWebhook,
  UpdateWebhook,
} from '../../../contexts/webhooks/index.js';
import { Allow, CalledBy, Caller, EVERYBODY, MANAGERS } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { instantOf } from '../business-calendar.js';
import { Listing } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import {
  CreateWebhookBody,
  DeliveriesQuery,
  RedeliverBody,
  RotateBody,
  UpdateWebhookBody,
} from './webhooks.dto.js';
import { WebhooksReader } from './webhooks.reader.js';
import {
  DELETED_WEBHOOK,
  REDELIVERED,
  REDELIVERY,
  WEBHOOK,
  WEBHOOK_DELIVERY,
  WEBHOOK_TEST,
  WEBHOOK_WITH_SECRET,
  WEBHOOKS,
} from './webhooks.schemas.js';

const OWNERS = [...MANAGERS, 'partner'] as const;
const SORTABLE = { last_attempt_at: 'lastAttemptAt', first_attempt_at: 'firstAttemptAt' };
const NEWEST_FIRST = '-last_attempt_at';

function instant(text: string, field: string): number {
  const ms = instantOf(text);
  if (Number.isNaN(ms)) throw new BadRequestException(`${field}: there is no such time`);
  return ms;
}

/** A partner's endpoints: its own, by itself or by whoever looks after it. */
@ApiController('api/partners/:id/webhooks')
export class WebhooksController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: WebhooksReader,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersOne(WEBHOOKS)
  async list(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const partner = await this.reader.partnerOf(caller, id);
    const webhooks = await this.reader.all(caller, partner);
    return success(webhooks.map((webhook) => this.reader.view(partner, webhook)));
  }

  @Get(':wid')
  @Allow(EVERYBODY)
  @AnswersOne(WEBHOOK)
  async get(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    return success(this.reader.view(partner, await this.reader.one(caller, partner, wid)));
  }

  /** Answers the secret this once. */
  @Post()
  @Allow(OWNERS)
  @AnswersOne(WEBHOOK_WITH_SECRET)
  async create(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() { url, event_types: eventTypes, description = null }: CreateWebhookBody,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    const fields = { url, eventTypes, description };
    const made = await this.writes.run(caller, (context) => new CreateWebhook(context, partner, fields));
    return success({ ...this.reader.view(partner, made.webhook), secret: made.secret });
  }

  @Put(':wid')
  @Allow(OWNERS)
  @AnswersOne(WEBHOOK)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
    @Body() { url, event_types: eventTypes, description, enabled }: UpdateWebhookBody,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    const changes = { url, eventTypes, description, enabled };
    const webhook = await this.writes.run(
      caller,
      (context) => new UpdateWebhook(context, partner, wid, changes),
    );
    return success(this.reader.view(partner, webhook));
  }

  /** What waits for it is not sent any more. */
  @Delete(':wid')
  @Allow(OWNERS)
  @AnswersOne(DELETED_WEBHOOK)
  async delete(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    await this.writes.run(caller, (context) => new DeleteWebhook(context, partner, wid));
    return success({ id: wid });
  }

  /** Answers the new secret this once. Both sign until the overlap ends. */
  @Post(':wid/rotate')
  @HttpCode(200)
  @Allow(OWNERS)
  @AnswersOne(WEBHOOK_WITH_SECRET)
  async rotate(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
    @Body() { overlap_hours: hours = DEFAULT_OVERLAP_HOURS }: RotateBody,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    const made = await this.writes.run(
      caller,
      (context) => new RotateWebhookSecret(context, partner, wid, hours),
    );
    return success({ ...this.reader.view(partner, made.webhook), secret: made.secret });
  }

  /** Sends an event of the type `webhook.test` now and answers what the endpoint said. It is not recorded. */
  @Post(':wid/test')
  @HttpCode(200)
  @Allow(OWNERS)
  @AnswersOne(WEBHOOK_TEST)
  async test(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    const result = await this.writes.run(caller, (context) => new TestWebhook(context, partner, wid));
    const { delivered, status, failure, response, tookMs } = result;
    return success({ delivered, response_status: status, failure, response, took_ms: tookMs });
  }

  /** Everything of the range of time again, oldest first; `resume_from` says from when on to ask for the rest. */
  @Post(':wid/redeliver')
  @HttpCode(200)
  @Allow(OWNERS)
  @AnswersOne(REDELIVERY)
  async redeliver(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
    @Body() { from, to }: RedeliverBody,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    const range = { fromMs: instant(from, 'from'), toMs: instant(to, 'to') };
    const begun = await this.writes.run(
      caller,
      (context) => new RedeliverRange(context, partner, wid, range),
    );
    return success({ events: begun.events, resume_from: begun.resumeFrom });
  }

  /** Messages that were attempted, the latest first. */
  @Get(':wid/deliveries')
  @Allow(EVERYBODY)
  @AnswersList(WEBHOOK_DELIVERY, SORTABLE)
  async deliveries(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
    @Query() query: DeliveriesQuery,
  ) {
    const { id: webhook } = await this.reader.one(caller, await this.reader.partnerOf(caller, id), wid);
    const filter = query.status ? { webhook, status: query.status } : { webhook };
    const source = { projection: 'webhook-deliveries', filter, sortable: SORTABLE };
    const page = { ...query, sort: query.sort ?? NEWEST_FIRST };
    return this.listing.page(page, source, (document: WebhookDeliveryDocument) =>
      this.reader.delivery(document),
    );
  }

  @Post(':wid/deliveries/:mid/redeliver')
  @HttpCode(200)
  @Allow(OWNERS)
  @AnswersOne(REDELIVERED)
  async redeliverOne(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Param('wid', PublicIdPipe) wid: number,
    @Param('mid') mid: string,
  ) {
    const partner = await this.reader.partnerOf(caller, id);
    await this.reader.one(caller, partner, wid);
    const notice = await this.reader.noticeOf(wid, mid);
    await this.writes.run(caller, (context) => new RedeliverMessage(context, partner, wid, notice));
    return success({ id: mid });
  }
}
