import { Injectable, NotFoundException } from '@nestjs/common';
import type { WebhookDeliveryDocument } from '../../../../projections/webhooks/webhook-deliveries.projection.js';
import { AccountIndex } from '../../../contexts/partners/index.js';
import {
  callbackId,
  EndpointSecrets,
  NoticeIndex,
  type Webhook,
  Webhooks,
} from '../../../contexts/webhooks/index.js';
import { Executor } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { VaultError } from '../../../platform/security/vault.js';
import type { Caller } from '../access.js';
import { PartnersReader } from '../partners/partners.reader.js';
import { Writes } from '../writes.js';

const timeOf = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : isoTime(ms);

/** Endpoints as a caller may see them: those of somebody else are not there. */
@Injectable()
export class WebhooksReader {
  constructor(
    private readonly executor: Executor,
    private readonly index: NoticeIndex,
    private readonly partners: PartnersReader,
    private readonly accounts: AccountIndex,
    private readonly models: ReadModels,
    private readonly secrets: EndpointSecrets,
    private readonly writes: Writes,
  ) {}

  /** UUID of a partner that the caller may see. @throws 404 */
  async partnerOf({ principal }: Caller, id: number): Promise<string> {
    return String((await this.partners.find(principal, id))._id);
  }

  /** The endpoints from their stream, so that a change shows at once. */
  async all(caller: Caller, partner: string): Promise<readonly Webhook[]> {
    const context = this.writes.contextOf(caller);
    const { webhooks } = await this.executor.run(context, (tx) => tx.load(Webhooks, partner));
    return [...webhooks.values()];
  }

  /** @throws 404 */
  async one(caller: Caller, partner: string, id: number): Promise<Webhook> {
    const found = (await this.all(caller, partner)).find((webhook) => webhook.id === id);
    if (!found) throw new NotFoundException('Webhook not found');
    return found;
  }

  view(partner: string, { id, url, eventTypes, description, disabled, warning }: Webhook) {
    const lane = this.index.lanes.get(id);
    return {
      id,
      partner_id: this.accounts.find(partner)?.publicId ?? 0,
      url,
      event_types: eventTypes,
      description,
      status: disabled ? ('disabled' as const) : ('enabled' as const),
      disabled_because: disabled,
      disabled_at: disabled ? timeOf(lane?.disabledAtMs) : null,
      failing_since: timeOf(lane?.failingSinceMs),
      warning: warning && {
        status: warning.status,
        attempts: warning.attempts,
        last_error_code: warning.errorCode,
        retry_at: warning.retryAt,
      },
      waiting: lane?.waiting ?? 0,
      retrying: lane?.open.size ?? 0,
    };
  }

  /** Position of the notice of a delivery. @throws 404 */
  async noticeOf(webhook: number, eventId: string): Promise<string> {
    const filter = { webhook, eventId };
    const found = await this.models.findOne<WebhookDeliveryDocument>('webhook-deliveries', filter);
    if (!found) throw new NotFoundException('Delivery not found');
    return found.notice;
  }

  async delivery(document: WebhookDeliveryDocument) {
    const { eventId, eventType, status, attempts, responseStatus, failure, tookMs } = document;
    return {
      id: eventId,
      type: eventType,
      status,
      attempts,
      response_status: responseStatus,
      failure,
      response: await this.responseOf(document),
      took_ms: tookMs,
      first_attempt_at: document.firstAttemptAt,
      last_attempt_at: document.lastAttemptAt,
      next_attempt_at: document.nextAttemptAt,
    };
  }

  private async responseOf({ webhook, notice, attempts, response }: WebhookDeliveryDocument) {
    if (response === null) return null;
    try {
      return await this.secrets.openResponse(callbackId(webhook, notice), attempts, response);
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return null;
      throw error;
    }
  }
}
