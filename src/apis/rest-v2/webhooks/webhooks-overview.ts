import { Injectable } from '@nestjs/common';
import { type Lane, NoticeIndex } from '../../../contexts/webhooks/index.js';
import type { Caller } from '../access.js';
import type { Page } from '../answers.js';
import { DEFAULT_PAGE_SIZE } from '../limits.js';
import { sortOf } from '../listing.js';
import { PartnerScope } from '../partners/partner-scope.js';
import type { WebhookListQuery } from './webhooks.dto.js';
import { WebhooksReader } from './webhooks.reader.js';

const isLike = ({ disabled, failingSinceMs }: Lane, status: WebhookListQuery['status']): boolean => {
  if (status === 'enabled') return disabled === null;
  if (status === 'disabled') return disabled !== null;
  return status === undefined || (disabled === null && failingSinceMs !== null);
};

export const WEBHOOKS_BY = { id: 'webhook' };

/** Endpoints over all partners that the caller may see, from the index. */
@Injectable()
export class WebhooksOverview {
  constructor(
    private readonly index: NoticeIndex,
    private readonly scope: PartnerScope,
    private readonly reader: WebhooksReader,
  ) {}

  async page(caller: Caller, query: WebhookListQuery): Promise<Page<ReturnType<WebhooksReader['view']>>> {
    const { page = 1, limit = DEFAULT_PAGE_SIZE, status } = query;
    const { webhook: direction } = sortOf(query.sort, WEBHOOKS_BY);
    const visible = await this.scope.partnersVisibleTo(caller.principal);
    const found = [...this.index.lanes.values()]
      .filter((lane) => isLike(lane, status) && (visible === 'all' || visible.includes(lane.partner)))
      .sort((a, b) => (a.webhook - b.webhook) * direction!);
    const data = [];
    for (const { partner, webhook } of found.slice((page - 1) * limit, page * limit)) {
      const known = (await this.reader.all(caller, partner)).find(({ id }) => id === webhook);
      if (known) data.push(this.reader.view(partner, known));
    }
    const total = found.length;
    return { success: true, data, pagination: { page, limit, total, totalPages: Math.ceil(total / limit) } };
  }
}
