import { BOOLEAN, INTEGER, nullable, objectOf, oneOf, TEXT, TIME } from '../openapi/answers.schema.js';
import { DELIVERY_STATUSES } from './deliveries.dto.js';

const MASKED_ADDRESS = {
  ...nullable(TEXT),
  description: 'First letter and domain; null when the customer was erased.',
};

const DELIVERY_FIELDS = {
  status: {
    ...oneOf(...DELIVERY_STATUSES),
    description:
      'It only moves forward. sent: the provider took the message; opened alone does not prove delivery.',
  },
  attempts: INTEGER,
  last_error_code: nullable(TEXT),
  updated_at: TIME,
  address_masked: MASKED_ADDRESS,
};

/** As it stands in an order. */
export const ORDER_DELIVERY = objectOf('OrderDelivery', DELIVERY_FIELDS);

export const DELIVERY = objectOf('Delivery', {
  order: { ...INTEGER, description: "The order's number." },
  partner_id: nullable(INTEGER),
  sends: { ...INTEGER, description: 'How often it was asked for.' },
  ...DELIVERY_FIELDS,
  retry_at: nullable(TIME),
  language: TEXT,
  provider: nullable(TEXT),
  requested_at: TIME,
  sent_at: nullable(TIME),
  opened_at: nullable(TIME),
});

export const SUPPRESSION = objectOf('Suppression', {
  id: INTEGER,
  address_masked: MASKED_ADDRESS,
  reason: oneOf('bounced', 'complained'),
  order: { ...nullable(INTEGER), description: 'Whose mail it was; null where a partner was warned.' },
  partner_id: { ...nullable(INTEGER), description: 'The partner that was warned there.' },
  suppressed_at: TIME,
});

export const LIFTED = objectOf('LiftedSuppression', { id: INTEGER, lifted: BOOLEAN });

export const ERASURE = objectOf('Erasure', {
  erased: BOOLEAN,
  ended_deliveries: {
    ...INTEGER,
    description: 'Deliveries that were still to be made, and are not made any more.',
  },
});
