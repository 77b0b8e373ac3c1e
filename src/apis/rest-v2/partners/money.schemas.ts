import {
  DECIMAL,
  INTEGER,
  listOf,
  nullable,
  objectOf,
  oneOf,
  TEXT,
  TIME,
} from '../openapi/answers.schema.js';

const AMOUNTS = { balance: DECIMAL, held: DECIMAL, available: DECIMAL };

export const BALANCES = listOf(objectOf('Balance', { currency: TEXT, ...AMOUNTS }));

export const TOPPED_UP = objectOf('ToppedUpBalance', {
  partner_id: INTEGER,
  currency: TEXT,
  amount: DECIMAL,
  reference: TEXT,
  comment: nullable(TEXT),
  ...AMOUNTS,
});

export const ADJUSTED = objectOf('AdjustedBalance', {
  partner_id: INTEGER,
  currency: TEXT,
  amount: DECIMAL,
  reference: TEXT,
  reason: TEXT,
  ...AMOUNTS,
});

export const TRANSACTION = objectOf('Transaction', {
  id: TEXT,
  currency: TEXT,
  type: oneOf('purchase', 'topup', 'commission', 'refund', 'commission_return', 'adjustment'),
  amount: DECIMAL,
  balance: DECIMAL,
  order: nullable(objectOf('TransactionOrder', { id: INTEGER, order_id: TEXT })),
  reference: nullable(TEXT),
  comment: nullable(TEXT),
  created_at: TIME,
});
