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

const STATUS: JsonSchema = {
  enum: [1, 2, 3, 4, 5, 6],
  description: '1 available, 2 reserved, 3 sold, 4 retired, 5 quarantined, 6 expired',
};

const FIELDS = {
  id: INTEGER,
  package_id: nullable(INTEGER),
  key_text: { ...TEXT, description: 'Masked, except in the answers to creating and to revealing the key' },
  serial_number: nullable(TEXT),
  status: STATUS,
  expires_at: { ...nullable(TEXT), description: 'Its last day, or the exact time where no day ends' },
  partner_id: nullable(INTEGER),
  order_id: nullable(INTEGER),
  reserved_until: nullable(TIME),
  sold_at: nullable(TIME),
  created_at: TIME,
  updated_at: TIME,
};

export const KEY = objectOf('Key', FIELDS);

export const KEY_IN_HIERARCHY = objectOf('KeyInHierarchy', {
  ...FIELDS,
  vendor: nullable(objectOf('KeyVendor', { id: INTEGER, name: TEXT })),
  product: nullable(objectOf('KeyProduct', { id: INTEGER, name_en: TEXT })),
  package: nullable(objectOf('KeyPackage', { id: INTEGER, name_en: TEXT })),
});

export const HAPPENINGS = [
  'added',
  'changed',
  'reserved',
  'reservation_cancelled',
  'reservation_expired',
  'sold',
  'quarantined',
  'released',
  'retired',
  'revealed',
] as const;

export const KEY_HISTORY = listOf(
  objectOf('KeyHistoryEntry', {
    event: oneOf(...HAPPENINGS),
    at: TIME,
    actor: objectOf('KeyHistoryActor', { kind: oneOf('staff', 'partner', 'system'), id: nullable(INTEGER) }),
    surface: { ...TEXT, description: 'Where the request came in' },
    text_shown: { ...BOOLEAN, description: 'Whether this showed the text, to the actor or to the buyer' },
    key_number: { ...nullable(INTEGER), description: 'What a reservation called the key' },
    partner_id: nullable(INTEGER),
    order_id: nullable(INTEGER),
    reason: nullable(TEXT),
  }),
);

export const KEYS_ADDED = objectOf('KeysAdded', {
  added: INTEGER,
  skipped: listOf(
    objectOf('SkippedKey', {
      index: INTEGER,
      reason: oneOf(
        'duplicate',
        'duplicate_in_request',
        'invalid_text',
        'invalid_serial',
        'invalid_expiry',
        'expired',
      ),
    }),
  ),
});

export const KEYS_DELETED = objectOf('KeysDeleted', {
  deleted: INTEGER,
  skipped: listOf(
    objectOf('KeptKey', {
      id: INTEGER,
      reason: oneOf('reserved', 'sold', 'retired', 'unknown', 'duplicate_in_request'),
    }),
  ),
});
