import { emailAddress } from '../../../platform/kernel/email-address.js';
import { parseRatio } from '../../../platform/kernel/money.js';
import { isPathBelow, isWebAddress } from '../../../platform/kernel/web-address.js';
import {
  MAX_API_KEY_LENGTH,
  MAX_COMMISSION_PERCENT,
  MAX_CREDIT_LIMIT_MINOR,
  MAX_LOGIN_CODE_POINTS,
  MAX_MARKUP_PERCENT,
  MAX_NAME_LENGTH,
  MAX_PHONE_DIGITS,
  MAX_URL_LENGTH,
  MIN_API_KEY_LENGTH,
  MIN_PHONE_DIGITS,
} from '../limits.js';
import { normalPhone } from './claim.js';

const MAX_DECIMAL_LENGTH = 20;
// Control characters and halves of surrogate pairs: neither survives every client, file and database.
const NOT_IN_LINES = /[\p{Cc}\p{Cs}]/u;

const isText = (text: string, max: number): boolean =>
  text.trim().length > 0 && [...text].length <= max && !NOT_IN_LINES.test(text);

export const isName = (text: string): boolean => isText(text, MAX_NAME_LENGTH);

/** No white space at all: it is typed by people and lost at line ends. */
export const isLogin = (text: string): boolean => isText(text, MAX_LOGIN_CODE_POINTS) && !/\s/.test(text);

export const isEmail = (text: string): boolean => emailAddress(text) !== null;

export function isPhone(text: string): boolean {
  const digits = normalPhone(text);
  return (
    /^[+\d\s().-]+$/.test(text) && digits.length >= MIN_PHONE_DIGITS && digits.length <= MAX_PHONE_DIGITS
  );
}

export const isApiKey = (text: string): boolean =>
  text.length >= MIN_API_KEY_LENGTH && text.length <= MAX_API_KEY_LENGTH && /^[\x21-\x7e]+$/.test(text);

export const isUrl = (text: string): boolean =>
  text.length <= MAX_URL_LENGTH && !/[<>"]/.test(text) && (isWebAddress(text) || isPathBelow('/', text));

const percent = (text: string, above: (value: bigint, one: bigint) => boolean): boolean => {
  if (text.length > MAX_DECIMAL_LENGTH) return false;
  const ratio = parseRatio(text);
  return ratio !== null && above(ratio.numerator, ratio.denominator);
};

/** A markup in percent: above −100, so that no price is zero or less. */
export const isMarkup = (text: string): boolean =>
  percent(text, (value, one) => value > -100n * one && value <= MAX_MARKUP_PERCENT * one);

export const isCommission = (text: string): boolean =>
  percent(text, (value, one) => value >= 0n && value <= MAX_COMMISSION_PERCENT * one);

/** Minor units as a decimal string. */
export const isCreditLimit = (minor: string): boolean =>
  /^\d{1,16}$/.test(minor) && BigInt(minor) <= MAX_CREDIT_LIMIT_MINOR;
