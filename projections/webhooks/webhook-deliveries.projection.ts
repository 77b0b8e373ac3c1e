import type { CallbackEvent, FailureReason, NoticeType } from '../../src/contexts/webhooks/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection, type Projected } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

/** One message to one endpoint, from its first attempt on. */
export interface WebhookDeliveryDocument extends ReadDocument {
  readonly webhook: number;
  readonly notice: string;
  readonly eventId: string;
  readonly eventType: NoticeType;
  readonly status: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly responseStatus: number | null;
  readonly failure: FailureReason | null;
  /** Ciphertext. */
  readonly response: string | null;
  readonly tookMs: number;
  readonly firstAttemptAt: string;
  readonly lastAttemptAt: string;
  readonly nextAttemptAt: string | null;
}

type Attempted = Projected<Extract<CallbackEvent, { type: 'CallbackAttempted' }>>;

function attempted(
  before: WebhookDeliveryDocument | null,
  { id, at, data }: Attempted,
): WebhookDeliveryDocument {
  const { webhook, notice, eventId, eventType, attempt, outcome, nextAttempt } = data;
  const isWaiting = outcome === 'failed' && nextAttempt !== null;
  return {
    _id: id,
    ...{ webhook, notice, eventId, eventType },
    status: isWaiting ? 'waiting' : outcome,
    attempts: attempt,
    responseStatus: data.status,
    failure: data.failure,
    response: data.response,
    tookMs: data.tookMs,
    firstAttemptAt: before?.firstAttemptAt ?? at,
    lastAttemptAt: at,
    nextAttemptAt: nextAttempt,
  };
}

export const webhookDeliveries = defineProjection<WebhookDeliveryDocument, CallbackEvent>({
  name: 'webhook-deliveries',
  version: 1,
  indexes: [
    ['webhook', 'lastAttemptAt'],
    ['webhook', 'eventId'],
    ['webhook', 'status', 'lastAttemptAt'],
  ],
  handles: { callback: ['CallbackAttempted', 'CallbackRedeliveryRequested'] },
  keysOf: (event) => event.id,
  evolve(before, event) {
    switch (event.type) {
      case 'CallbackAttempted':
        return attempted(before, event);
      case 'CallbackRedeliveryRequested':
        return before && { ...before, status: 'waiting', nextAttemptAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
