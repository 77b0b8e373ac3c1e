import { ORDER_DELIVERY } from '../deliveries/deliveries.schemas.js';
import {
  DECIMAL,
  INTEGER,
  type JsonSchema,
  listOf,
  mapOf,
  NUMBER,
  nullable,
  objectOf,
  oneOf,
  TEXT,
  TIME,
} from '../openapi/answers.schema.js';
import { ORDER_STATUSES } from './orders.dto.js';

const ORDER_FIELDS = {
  id: INTEGER,
  order_id: { ...TEXT, description: "The partner's own id." },
  status: oneOf(...ORDER_STATUSES),
  partner_id: nullable(INTEGER),
  partner: nullable(TEXT),
  product_id: nullable(INTEGER),
  product: nullable(TEXT),
  package_id: nullable(INTEGER),
  package: nullable(TEXT),
  key_id: nullable(INTEGER),
  price: NUMBER,
  currency: TEXT,
  amount_azn: { ...nullable(NUMBER), description: 'At the rate of the sale; null if there was none.' },
  surface: { ...TEXT, description: 'Where the order came in.' },
  created_at: TIME,
  confirmed_at: nullable(TIME),
  closed_at: { ...nullable(TIME), description: 'Of the cancellation or refund.' },
  updated_at: TIME,
};

export const ORDER = objectOf('Order', ORDER_FIELDS);

/** What the staff sees beside the rest. */
const COST_FIELDS = {
  cost: nullable(NUMBER),
  cost_currency: nullable(TEXT),
  margin: {
    ...nullable(NUMBER),
    description: 'Price less commission and cost, in the currency of the cost.',
  },
};

const PRICING_FIELDS = {
  list_price: nullable(NUMBER),
  list_currency: nullable(TEXT),
  rules: listOf({ type: 'object', properties: { kind: TEXT }, required: ['kind'] }),
  price: NUMBER,
  currency: TEXT,
  amount_azn: nullable(NUMBER),
  commission: NUMBER,
};

const PRICING: JsonSchema = {
  ...objectOf('OrderPricing', { ...PRICING_FIELDS, ...COST_FIELDS }),
  description: 'Cost and margin are there for the staff alone.',
  required: Object.keys(PRICING_FIELDS),
};

export const ORDER_DETAILS = objectOf('OrderDetails', {
  ...ORDER_FIELDS,
  key: nullable(objectOf('OrderKey', { id: INTEGER, key_text: TEXT, serial_number: nullable(TEXT) })),
  replaced_keys: listOf(objectOf('ReplacedKey', { id: INTEGER, replaced_at: TIME })),
  pricing: PRICING,
  delivery: nullable(ORDER_DELIVERY),
  history: listOf(objectOf('OrderStep', { status: oneOf(...ORDER_STATUSES, 'key_replaced'), at: TIME })),
});

const REVENUE = objectOf('Revenue', {
  azn: { ...DECIMAL, description: 'At the recorded rates; sales without one are left out.' },
  by_currency: mapOf(DECIMAL),
});

const STATUS_COUNTS = objectOf('StatusDistribution', {
  pending: INTEGER,
  confirmed: INTEGER,
  cancelled: INTEGER,
  refunded: INTEGER,
});

export const DASHBOARD = objectOf('OrderDashboard', {
  total_orders: INTEGER,
  orders_today: INTEGER,
  orders_this_week: { ...INTEGER, description: 'From Monday on.' },
  orders_this_month: INTEGER,
  revenue: REVENUE,
  revenue_today: REVENUE,
  revenue_this_week: REVENUE,
  revenue_this_month: REVENUE,
  status_distribution: STATUS_COUNTS,
});

export const PARTNER_STATISTICS = objectOf('PartnerStatistics', {
  orders_count: INTEGER,
  revenue: REVENUE,
  status_distribution: STATUS_COUNTS,
  last_order_at: nullable(TIME),
  most_purchased_products: listOf(
    objectOf('PurchasedProduct', {
      product_id: nullable(INTEGER),
      product: nullable(TEXT),
      orders: INTEGER,
      revenue: REVENUE,
    }),
  ),
  activity: listOf(
    objectOf('DayOfSales', {
      date: { type: 'string', format: 'date' },
      orders: INTEGER,
      revenue: REVENUE,
    }),
  ),
});
