import { Get, Query } from '@nestjs/common';
import { Allow, CalledBy, Caller, STAFF } from '../access.js';
import { ApiController } from '../api-controller.js';
import { AnswersList } from '../openapi/answers.schema.js';
import { WebhookListQuery } from './webhooks.dto.js';
import { WEBHOOK } from './webhooks.schemas.js';
import { WEBHOOKS_BY, WebhooksOverview } from './webhooks-overview.js';

/** Endpoints of all partners, so that the staff sees those that were switched off or fail. */
@ApiController('api/webhooks')
export class FailingWebhooksController {
  constructor(private readonly overview: WebhooksOverview) {}

  @Get()
  @Allow(STAFF)
  @AnswersList(WEBHOOK, WEBHOOKS_BY)
  list(@CalledBy() caller: Caller, @Query() query: WebhookListQuery) {
    return this.overview.page(caller, query);
  }
}
