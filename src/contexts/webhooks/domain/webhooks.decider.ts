import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type {
  DisabledBecause,
  NoticeType,
  SealedSecret,
  WarnedOf,
  WebhookFields,
  WebhooksEvent,
} from '../events/webhooks.events.js';
import { MAX_DESCRIPTION_LENGTH, MAX_ENDPOINTS, MAX_OVERLAP_HOURS } from '../limits.js';
import type { WebhookRejectionCode } from '../rejections.js';
import type { WebhooksState } from './webhooks.js';

type Decision = WebhooksEvent[] | Rejection<WebhookRejectionCode>;

/** Everything that partners can be told, in the order of the documents. */
export const NOTICE_TYPES = [
  'order.confirmed',
  'order.cancelled',
  'order.refunded',
  'delivery.updated',
  'balance.low',
  'package.back_in_stock',
] as const satisfies readonly NoticeType[];

const HOUR_MS = 3_600_000;

function invalidField({ eventTypes, description }: WebhookFields): Rejection<WebhookRejectionCode> | null {
  const known = eventTypes.every((type) => NOTICE_TYPES.includes(type));
  if (eventTypes.length === 0 || !known || new Set(eventTypes).size < eventTypes.length) {
    return reject('WebhookFieldInvalid', {
      field: 'event_types',
      rule: `must name one or more of ${NOTICE_TYPES.join(', ')}, each once`,
    });
  }
  if (description !== null && [...description].length > MAX_DESCRIPTION_LENGTH) {
    const rule = `must be at most ${MAX_DESCRIPTION_LENGTH} characters long`;
    return reject('WebhookFieldInvalid', { field: 'description', rule });
  }
  return null;
}

/** The address was checked before; a command given twice (the same secret) creates one endpoint. */
export function createWebhook(
  { webhooks }: WebhooksState,
  webhook: number,
  fields: WebhookFields,
  secret: SealedSecret,
): Decision {
  const invalid = invalidField(fields);
  if (invalid) return invalid;
  if ([...webhooks.values()].some((known) => known.secret.id === secret.id)) return [];
  if (webhooks.size >= MAX_ENDPOINTS) return reject('TooManyWebhooks', { limit: MAX_ENDPOINTS });
  return [{ type: 'WebhookCreated', data: { webhook, ...fields, secret } }];
}

export interface WebhookChanges extends Partial<WebhookFields> {
  readonly enabled?: boolean;
}

/** Absent fields stay. Enabling goes on where it stood. */
export function changeWebhook(
  { webhooks }: WebhooksState,
  webhook: number,
  changes: WebhookChanges,
): Decision {
  const before = webhooks.get(webhook);
  if (!before) return reject('WebhookUnknown');
  const fields: WebhookFields = {
    url: changes.url ?? before.url,
    eventTypes: changes.eventTypes ?? before.eventTypes,
    description: changes.description === undefined ? before.description : changes.description,
  };
  const invalid = invalidField(fields);
  if (invalid) return invalid;
  const events: WebhooksEvent[] = [];
  const same =
    fields.url === before.url &&
    fields.description === before.description &&
    fields.eventTypes.join() === before.eventTypes.join();
  if (!same) events.push({ type: 'WebhookChanged', data: { webhook, ...fields } });
  if (changes.enabled === true && before.disabled) events.push({ type: 'WebhookEnabled', data: { webhook } });
  if (changes.enabled === false) events.push(...disabling(before.disabled, webhook, 'asked'));
  return events;
}

const disabling = (
  disabled: DisabledBecause | null,
  webhook: number,
  because: DisabledBecause,
): WebhooksEvent[] => (disabled ? [] : [{ type: 'WebhookDisabled', data: { webhook, because } }]);

/** By the product itself, which tells the partner of it. Nothing for an endpoint that is gone or off already. */
export function disableWebhook(
  { webhooks }: WebhooksState,
  webhook: number,
  reason: { readonly because: WarnedOf; readonly disabledAt: string; readonly failingSince: string | null },
): WebhooksEvent[] {
  const before = webhooks.get(webhook);
  if (!before || before.disabled) return [];
  const warning = before.warnings + 1;
  return [
    { type: 'WebhookDisabled', data: { webhook, because: reason.because } },
    { type: 'WebhookWarningRequested', data: { webhook, warning, ...reason } },
  ];
}

/** What became of one attempt to mail a warning. */
export type WarningOutcome =
  | { readonly kind: 'sent'; readonly provider: string; readonly providerId: string | null }
  | { readonly kind: 'delayed'; readonly code: string; readonly retryAt: string }
  | { readonly kind: 'failed'; readonly code: string };

/** Writes an attempt's outcome down, once. */
export function recordWarning(
  { webhooks }: WebhooksState,
  webhook: number,
  { warning: number, attempt, outcome }: WarningAttempt,
): WebhooksEvent[] {
  const warning = webhooks.get(webhook)?.warning;
  if (warning?.number !== number || warning.status !== 'pending' || attempt <= warning.attempts) return [];
  const { kind, ...said } = outcome;
  const data = { webhook, warning: number, attempt, ...said };
  return [{ type: WARNING_EVENTS[kind], data } as WebhooksEvent];
}

/** Writes down that a warning came back, if it is still the endpoint's: also before the attempt's own outcome is known. */
export function bounceWarning(
  { webhooks }: WebhooksState,
  webhook: number,
  { warning: number, code }: { readonly warning: number; readonly code: string },
): WebhooksEvent[] {
  const warning = webhooks.get(webhook)?.warning;
  if (warning?.number !== number || warning.status === 'failed') return [];
  const attempt = warning.status === 'sent' ? warning.attempts : warning.attempts + 1;
  return [{ type: 'WebhookWarningFailed', data: { webhook, warning: number, attempt, code } }];
}

export interface WarningAttempt {
  readonly warning: number;
  /** Numbered from 1. */
  readonly attempt: number;
  readonly outcome: WarningOutcome;
}

const WARNING_EVENTS = {
  sent: 'WebhookWarningSent',
  delayed: 'WebhookWarningDelayed',
  failed: 'WebhookWarningFailed',
} as const satisfies Record<WarningOutcome['kind'], WebhooksEvent['type']>;

/** @param overlapHours how long the secret before it goes on signing */
export function rotateSecret(
  { webhooks }: WebhooksState,
  webhook: number,
  rotation: { readonly secret: SealedSecret; readonly overlapHours: number; readonly nowMs: number },
): Decision {
  const before = webhooks.get(webhook);
  if (!before) return reject('WebhookUnknown');
  const { secret, overlapHours, nowMs } = rotation;
  if (overlapHours < 0 || overlapHours > MAX_OVERLAP_HOURS) {
    const rule = `must be from 0 to ${MAX_OVERLAP_HOURS}`;
    return reject('WebhookFieldInvalid', { field: 'overlap_hours', rule });
  }
  if (before.secret.id === secret.id) return [];
  const previousValidUntil = overlapHours > 0 ? new Date(nowMs + overlapHours * HOUR_MS).toISOString() : null;
  return [{ type: 'WebhookSecretRotated', data: { webhook, secret, previousValidUntil } }];
}

export function deleteWebhook({ webhooks }: WebhooksState, webhook: number): Decision {
  return webhooks.has(webhook) ? [{ type: 'WebhookDeleted', data: { webhook } }] : reject('WebhookUnknown');
}

/** @param range positions of the first and the last notice, both included */
export function requestRedelivery(
  { webhooks }: WebhooksState,
  webhook: number,
  range: { readonly first: string; readonly last: string },
): Decision {
  const before = webhooks.get(webhook);
  if (!before) return reject('WebhookUnknown');
  if (before.disabled) return reject('WebhookDisabled');
  return [{ type: 'WebhookRedeliveryRequested', data: { webhook, ...range } }];
}
