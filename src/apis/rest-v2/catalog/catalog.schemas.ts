import { SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import {
  BOOLEAN,
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

const STATUS: JsonSchema = { description: '1 active, 0 inactive.', ...oneOf(0, 1) };
const CURRENCY: JsonSchema = oneOf(...SALE_CURRENCIES);

const NAMES = { name_en: TEXT, name_ru: nullable(TEXT), name_az: nullable(TEXT) };
const TIMES = { created_at: TIME, updated_at: TIME };

export const DELETED = objectOf('Deleted', { id: INTEGER });

export const SUPPLIER = objectOf('Supplier', {
  id: INTEGER,
  name: TEXT,
  country: nullable(TEXT),
  contact_email: nullable(TEXT),
  status: STATUS,
  product_count: INTEGER,
  ...TIMES,
});

export const CATEGORY = objectOf('Category', {
  id: INTEGER,
  ...NAMES,
  parent_id: nullable(INTEGER),
  position: nullable(INTEGER),
  ...TIMES,
});

const OPEN_PRODUCT = {
  id: INTEGER,
  ...NAMES,
  subcategory_id: nullable(INTEGER),
  subcategory: nullable(objectOf('ProductSubcategory', { id: INTEGER, name_en: TEXT })),
  status: STATUS,
  position: nullable(INTEGER),
  image_url: nullable(TEXT),
  thumbnail_url: nullable(TEXT),
  instructions_en: nullable(TEXT),
  instructions_ru: nullable(TEXT),
  instructions_az: nullable(TEXT),
  ...TIMES,
};

export const PRODUCT = objectOf('Product', {
  ...OPEN_PRODUCT,
  vendor_id: nullable(INTEGER),
  supplier_id: nullable(INTEGER),
  vendor: nullable(objectOf('ProductVendor', { id: INTEGER, name: TEXT })),
  key_format: oneOf('normalized', 'exact'),
});

/** Staff and partners are shown different fields. */
export const PRODUCT_TO_CALLER: JsonSchema = {
  description: 'Staff see the whole product; partners see those that they may buy, without the vendor.',
  anyOf: [PRODUCT, objectOf('PartnerProduct', OPEN_PRODUCT)],
};

const TALLY = { total: INTEGER, active: INTEGER, inactive: INTEGER };

export const PRODUCT_STATS = objectOf('ProductStats', {
  ...TALLY,
  by_vendor: listOf(
    objectOf('VendorProducts', { vendor_id: nullable(INTEGER), vendor_name: nullable(TEXT), ...TALLY }),
  ),
});

/** By currency; null where there is no rate. */
export const PRICES: JsonSchema = {
  description: 'The price in every currency, null where there is no rate. Partners see their own prices.',
  ...mapOf(nullable(NUMBER)),
};

const ORIGIN: JsonSchema = oneOf('manual', 'converted');

const OPEN_PACKAGE = {
  id: INTEGER,
  ...NAMES,
  product_id: nullable(INTEGER),
  product: nullable(objectOf('PackageProduct', { id: INTEGER, name_en: TEXT })),
  currency: CURRENCY,
  prices: PRICES,
  status: STATUS,
  fulfilment: oneOf('stock', 'supplier', 'service'),
  position: nullable(INTEGER),
  available_keys: INTEGER,
  ...TIMES,
};

export const PACKAGE = objectOf('Package', {
  ...OPEN_PACKAGE,
  price: NUMBER,
  supplier_id: nullable(INTEGER),
  vendor_id: nullable(INTEGER),
  explicit_prices: mapOf(objectOf('ExplicitPrice', { price: NUMBER, origin: ORIGIN })),
  cost: nullable(NUMBER),
  cost_currency: nullable(CURRENCY),
  hold: BOOLEAN,
  release_policy: oneOf('stock', 'quarantine'),
  low_stock_threshold: {
    ...nullable(INTEGER),
    description: 'So few available keys, or fewer, raise an alert; null: none do.',
  },
  reserved_keys: INTEGER,
  sold_keys: INTEGER,
  retired_keys: INTEGER,
  quarantined_keys: INTEGER,
  expired_keys: INTEGER,
});

export const PACKAGE_TO_CALLER: JsonSchema = {
  description:
    'Staff see the whole package; partners see those that they may buy, at their own prices, without costs, ' +
    'suppliers and the stock that is not for sale.',
  anyOf: [PACKAGE, objectOf('PartnerPackage', { ...OPEN_PACKAGE, price: nullable(NUMBER) })],
};

export const ALERT = objectOf('StockAlert', {
  package_id: nullable(INTEGER),
  package: nullable(TEXT),
  available: { ...INTEGER, description: 'Keys that were available when it was raised.' },
  threshold: { ...INTEGER, description: 'The threshold that it was raised at.' },
  status: {
    ...oneOf('open', 'closed'),
    description: 'Closed by more keys than the threshold, or when the threshold changed.',
  },
  raised_at: TIME,
  closed_at: nullable(TIME),
});

export const SUPPLIER_PRICES = objectOf('SupplierPackagePrices', {
  package_id: INTEGER,
  package: TEXT,
  product_id: nullable(INTEGER),
  price: NUMBER,
  currency: CURRENCY,
  cost: nullable(NUMBER),
  cost_currency: nullable(CURRENCY),
  prices: mapOf(
    objectOf('SupplierPrice', {
      price: nullable(NUMBER),
      origin: { ...oneOf('base', 'rate', 'manual', 'converted') },
      cost: nullable(NUMBER),
      margin: nullable(NUMBER),
      margin_percent: nullable(DECIMAL),
    }),
  ),
});

export const PRICES_CONVERTED = objectOf('PricesConverted', {
  packages: INTEGER,
  changed: INTEGER,
  kept_manual: INTEGER,
  without_rate: listOf(CURRENCY),
  rates: mapOf(DECIMAL),
});
