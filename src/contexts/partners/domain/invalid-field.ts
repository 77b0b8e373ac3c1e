import { EMAIL_CODE_POINTS } from '../../../platform/kernel/email-address.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import {
  MAX_ACCESS_IDS,
  MAX_API_KEY_LENGTH,
  MAX_IP_RANGES,
  MAX_LOGIN_CODE_POINTS,
  MAX_NAME_LENGTH,
  MAX_OVERLAP_HOURS,
  MAX_PHONE_DIGITS,
  MAX_REASON_LENGTH,
  MAX_URL_LENGTH,
  MIN_API_KEY_LENGTH,
  MIN_PHONE_DIGITS,
} from '../limits.js';

/** What each field may be, for whoever has to be told. */
const RULES = {
  name: `must be one line of 1 to ${MAX_NAME_LENGTH} characters`,
  login: `must be 1 to ${MAX_LOGIN_CODE_POINTS} characters without white space`,
  email: `must be an e-mail address of at most ${EMAIL_CODE_POINTS} characters`,
  phone: `must be a phone number of ${MIN_PHONE_DIGITS} to ${MAX_PHONE_DIGITS} digits`,
  api_key: `must be ${MIN_API_KEY_LENGTH} to ${MAX_API_KEY_LENGTH} visible ASCII characters without spaces`,
  overlap_hours: `must be 0 to ${MAX_OVERLAP_HOURS}`,
  logo_url: `must be a path or an http(s) address without a user in it, of at most ${MAX_URL_LENGTH} characters`,
  support_email: `must be an e-mail address of at most ${EMAIL_CODE_POINTS} characters`,
  credit_limit: 'must be null or an amount of the default currency, at least 0 and not too high',
  balance_alert_below: 'must be amounts by currency of sale, at least 0 and not too high',
  markup_percent: 'must be a decimal above -100 and at most 1000',
  commission_percent: 'must be a decimal from 0 to 100',
  ip_allowlist: `must be at most ${MAX_IP_RANGES} addresses or ranges such as 192.0.2.0/24`,
  max_open_reservations: 'must be an integer, at least 0 and not too high',
  reason: `must be at most ${MAX_REASON_LENGTH} characters`,
  product_ids: `must be at most ${MAX_ACCESS_IDS} ids`,
  package_ids: `must be at most ${MAX_ACCESS_IDS} ids`,
  allowed_currencies: 'must name currencies of sale',
  default_currency: 'must be one of the allowed currencies',
  rate_markup_percent: 'must be decimals above -100 and at most 1000 by currency of sale',
} as const;

export type AccountField = keyof typeof RULES;

/** Refuses a field and says what it may be. */
export const invalidField = (field: AccountField): Rejection<'InvalidField'> =>
  reject('InvalidField', { field, rule: RULES[field] });
