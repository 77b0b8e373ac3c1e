import { BadRequestException, Get, Query } from '@nestjs/common';
import { DEFAULT_FEED_PAGE, NoticeBodies, NoticeIndex } from '../../../contexts/webhooks/index.js';
import { Cursors } from '../../../platform/security/cursors.js';
import { Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { FeedQuery } from './webhooks.dto.js';
import { WebhooksReader } from './webhooks.reader.js';
import { PARTNER_EVENTS } from './webhooks.schemas.js';

const NONE = '0'.repeat(16);

/** The same events that webhooks bring, for partners who would rather pull. */
@ApiController('api/events')
export class PartnerEventsController {
  constructor(
    private readonly index: NoticeIndex,
    private readonly bodies: NoticeBodies,
    private readonly cursors: Cursors,
    private readonly reader: WebhooksReader,
  ) {}

  /** In order and without gaps: ask again with `next` for what came since, as often as you like. */
  @Get()
  @Allow(EVERYBODY)
  @AnswersOne(PARTNER_EVENTS)
  async list(
    @CalledBy() caller: Caller,
    @Query() { after, limit = DEFAULT_FEED_PAGE, partner_id: partnerId }: FeedQuery,
  ) {
    const partner = await this.partnerOf(caller, partnerId);
    const purpose = `partner-events ${partner}`;
    const position = after === undefined ? NONE : this.cursors.open(purpose, after);
    if (position === null) throw new BadRequestException('after: not a cursor of this list');
    const from = this.index.firstAfter(partner, position);
    const notices = this.index.read(partner, from, limit);
    const events = await this.bodies.ofAll(partner, notices);
    const next = this.cursors.seal(purpose, notices.at(-1)?.position ?? position);
    return success({ events, next, has_more: from + notices.length < this.index.lengthOf(partner) });
  }

  private async partnerOf(caller: Caller, partnerId: number | undefined): Promise<string> {
    const { role, id } = caller.principal;
    if (partnerId !== undefined) return this.reader.partnerOf(caller, partnerId);
    if (role !== 'partner') throw new BadRequestException('partner_id: say whose events');
    return id;
  }
}
