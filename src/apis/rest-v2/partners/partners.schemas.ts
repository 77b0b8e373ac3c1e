import {
  BOOLEAN,
  DECIMAL,
  INTEGER,
  type JsonSchema,
  listOf,
  mapOf,
  nullable,
  objectOf,
  oneOf,
  TEXT,
  TIME,
} from '../openapi/answers.schema.js';

const CURRENCY: JsonSchema = oneOf('AZN', 'USD', 'EUR', 'TRY', 'RUB');

const CURRENCIES_OF_PARTNER = {
  default_currency: CURRENCY,
  allowed_currencies: listOf(CURRENCY),
  rate_markup_percent: mapOf(DECIMAL),
};

const FIELDS = {
  id: INTEGER,
  name: TEXT,
  login: TEXT,
  status: oneOf(0, 1, 2),
  ...CURRENCIES_OF_PARTNER,
  billing_mode: oneOf('prepaid', 'postpaid'),
  credit_limit: nullable(DECIMAL),
  markup_percent: DECIMAL,
  commission_percent: DECIMAL,
  all_products: BOOLEAN,
  reveal_on: oneOf('reserve', 'confirm'),
  max_open_reservations: INTEGER,
  ip_allowlist: listOf(TEXT),
  balance_alert_below: mapOf(DECIMAL),
  logo_url: nullable(TEXT),
  support_email: nullable(TEXT),
  language: nullable(oneOf('en', 'ru', 'az')),
  manager_id: nullable(INTEGER),
  has_api_key: BOOLEAN,
  created_at: TIME,
  updated_at: TIME,
};

export const PARTNER_ACCESS = objectOf('PartnerAccess', {
  all_products: BOOLEAN,
  product_ids: listOf(INTEGER),
  package_ids: nullable(listOf(INTEGER)),
});

export const PARTNER = objectOf('Partner', FIELDS);
export const PARTNER_PROFILE = objectOf('PartnerProfile', { ...FIELDS, access: PARTNER_ACCESS });
export const DELETED_PARTNER = objectOf('DeletedPartner', { id: INTEGER });
export const CURRENCY_SETTINGS = objectOf('CurrencySettings', CURRENCIES_OF_PARTNER);
