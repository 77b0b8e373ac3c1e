import { NOTICE_TYPES } from '../../../contexts/webhooks/index.js';
import {
  BOOLEAN,
  INTEGER,
  type JsonSchema,
  listOf,
  nullable,
  objectOf,
  oneOf,
  TEXT,
  TIME,
} from '../openapi/answers.schema.js';

const FIELDS = {
  id: INTEGER,
  partner_id: INTEGER,
  url: TEXT,
  event_types: listOf(oneOf(...NOTICE_TYPES)),
  description: nullable(TEXT),
  status: oneOf('enabled', 'disabled'),
  disabled_because: nullable(oneOf('asked', 'failing', 'gone')),
  disabled_at: nullable(TIME),
  failing_since: nullable(TIME),
  warning: {
    ...nullable(
      objectOf('WebhookWarning', {
        status: oneOf('pending', 'sent', 'failed'),
        attempts: INTEGER,
        last_error_code: nullable(TEXT),
        retry_at: nullable(TIME),
      }),
    ),
    description:
      'The mail that told the partner of it; null while it is on, or when somebody switched it off.',
  },
  waiting: INTEGER,
  retrying: INTEGER,
};

export const WEBHOOK = objectOf('Webhook', FIELDS);
export const WEBHOOKS = listOf(WEBHOOK);
export const WEBHOOK_WITH_SECRET = objectOf('WebhookWithSecret', { ...FIELDS, secret: TEXT });
export const DELETED_WEBHOOK = objectOf('DeletedWebhook', { id: INTEGER });

const RESULT = {
  response_status: nullable(INTEGER),
  failure: nullable(TEXT),
  response: nullable(TEXT),
  took_ms: INTEGER,
};
export const WEBHOOK_TEST = objectOf('WebhookTest', { delivered: BOOLEAN, ...RESULT });

export const WEBHOOK_DELIVERY = objectOf('WebhookDelivery', {
  id: TEXT,
  type: oneOf(...NOTICE_TYPES),
  status: oneOf('waiting', 'delivered', 'failed'),
  attempts: INTEGER,
  ...RESULT,
  first_attempt_at: TIME,
  last_attempt_at: TIME,
  next_attempt_at: nullable(TIME),
});

export const REDELIVERY = objectOf('WebhookRedelivery', { events: INTEGER, resume_from: nullable(TIME) });
export const REDELIVERED = objectOf('RedeliveredMessage', { id: TEXT });

const ANY_OBJECT: JsonSchema = { type: 'object' };
export const PARTNER_EVENTS = objectOf('PartnerEvents', {
  events: listOf(
    objectOf('PartnerEvent', { id: TEXT, type: oneOf(...NOTICE_TYPES), timestamp: TIME, data: ANY_OBJECT }),
  ),
  next: TEXT,
  has_more: BOOLEAN,
});
