import { EMAIL_CODE_POINTS, emailAddress } from '../../../platform/kernel/email-address.js';
import { CURRENCY_EXPONENTS, type Currency } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { isPathBelow, isWebAddress } from '../../../platform/kernel/web-address.js';
import type { Instructions, Names } from '../events/texts.js';
import {
  MAX_COUNTRY_LENGTH,
  MAX_INSTRUCTIONS_LENGTH,
  MAX_LOW_STOCK_THRESHOLD,
  MAX_NAME_LENGTH,
  MAX_POSITION,
  MAX_PRICE_UNITS,
  MAX_URL_LENGTH,
} from '../limits.js';
import type { CatalogRejection, CatalogRejectionCode } from './rejections.js';

/** Gives a field's value in the form to store, or why it cannot be. */
export type Check<T> = (value: T) => T | CatalogRejection;
export type Checks<Fields> = { readonly [K in keyof Fields]-?: Check<Fields[K]> };

/** The given fields as they are to be stored, or the first refusal; a field that is undefined is not given. */
export function checkFields<Fields extends object, Given extends Partial<Fields>>(
  checks: Checks<Fields>,
  given: Given,
): Given | CatalogRejection {
  const checked: Partial<Fields> = {};
  for (const name of Object.keys(checks) as (keyof Fields)[]) {
    const value = given[name] as Fields[keyof Fields] | undefined;
    if (value === undefined) continue;
    const result = checks[name](value);
    if (isRejection(result)) return result as CatalogRejection;
    checked[name] = result;
  }
  return checked as Given;
}

/** All fields: the given ones, else their defaults. */
export function withDefaults<Defaults extends object, Given extends object>(
  defaults: Defaults,
  given: Given,
): Defaults & Given {
  const fields = { ...defaults, ...given } as Record<string, unknown>;
  for (const [name, value] of Object.entries(defaults)) fields[name] ??= value;
  return fields as Defaults & Given;
}

/** The fields whose value is another than now; objects are compared by their JSON, so keep the order of their keys. */
export function changedFields<Fields extends object>(now: Fields, fields: Partial<Fields>): Partial<Fields> {
  const changed: Partial<Fields> = {};
  for (const name of Object.keys(fields) as (keyof Fields)[]) {
    if (JSON.stringify(fields[name]) !== JSON.stringify(now[name])) changed[name] = fields[name];
  }
  return changed;
}

/** `now` with the translations that are given; null takes one away. */
export function translate<Texts extends Names | Instructions>(now: Texts, given: Partial<Texts>): Texts {
  const { en = now.en, ru = now.ru, az = now.az } = given;
  return { en, ru, az } as Texts;
}

export const anything = <T>(value: T): T => value;

export const name: Check<string> = nameOf('name');

function nameOf(field: string): Check<string> {
  return (value) => line(value, MAX_NAME_LENGTH) ?? reject('InvalidName', { field });
}
const [englishName, russianName, azerbaijaniName] = ['name_en', 'name_ru', 'name_az'].map(nameOf) as [
  Check<string>,
  Check<string>,
  Check<string>,
];

export function names({ en, ru, az }: Names): Names | CatalogRejection {
  const english = englishName(en);
  const russian = ru && blankAsNull(ru) && russianName(ru);
  const azerbaijani = az && blankAsNull(az) && azerbaijaniName(az);
  for (const each of [english, russian, azerbaijani]) if (isRejection(each)) return each as CatalogRejection;
  return { en: english as string, ru: (russian as string) || null, az: (azerbaijani as string) || null };
}

export const country = optionalLine(MAX_COUNTRY_LENGTH, 'InvalidCountry');

export const email = optionalLine(EMAIL_CODE_POINTS, 'InvalidEmail', (text) => emailAddress(text) !== null);

// Our own uploads are kept as paths, so that a change of hostname changes no event.
const isImageAddress = (text: string): boolean => isWebAddress(text) || isPathBelow('/uploads/', text);
export const url = (field: string): Check<string | null> =>
  optionalLine(MAX_URL_LENGTH, 'InvalidUrl', isImageAddress, { field });

const LANGUAGES = ['en', 'ru', 'az'];

export function instructions(value: Instructions): Instructions | CatalogRejection {
  const texts = [value.en, value.ru, value.az].map((text) => text && blankAsNull(text));
  for (const [place, text] of texts.entries()) {
    if (
      text &&
      (countCodePoints(text) > MAX_INSTRUCTIONS_LENGTH ||
        NOT_IN_LINES.test(text.replace(LINE_BREAKS_AND_TABS, '')))
    )
      return reject('InvalidInstructions', { field: `instructions_${LANGUAGES[place]}` });
  }
  const [en = null, ru = null, az = null] = texts;
  return { en: en || null, ru: ru || null, az: az || null };
}

export const position: Check<number | null> = (value) =>
  value === null || (Number.isInteger(value) && Math.abs(value) <= MAX_POSITION)
    ? value
    : reject('InvalidPosition');

export const lowStockThreshold: Check<number | null | undefined> = (value) =>
  value === null ||
  value === undefined ||
  (Number.isInteger(value) && value >= 1 && value <= MAX_LOW_STOCK_THRESHOLD)
    ? value
    : reject('InvalidThreshold');

const AMOUNT = /^(0|[1-9]\d{0,39})$/;

/** Whether an amount of minor units is one that a price or cost may have, and above 0 if it must be. */
export function isAmount(amount: string, currency: Currency, lowest: 0n | 1n): boolean {
  if (!AMOUNT.test(amount)) return false;
  const minor = BigInt(amount);
  return minor >= lowest && minor <= MAX_PRICE_UNITS * 10n ** BigInt(CURRENCY_EXPONENTS[currency]);
}

// Control characters and halves of surrogate pairs: neither survives every client, file and database.
const NOT_IN_LINES = /[\p{Cc}\p{Cs}]/u;
const LINE_BREAKS_AND_TABS = /[\n\r\t]/g;

const blankAsNull = (text: string): string | null => text.trim() || null;

/** Trimmed text of one line; null if it is empty, too long or holds what no line holds. */
function line(text: string, longest: number): string | null {
  const trimmed = text.trim();
  return trimmed && countCodePoints(trimmed) <= longest && !NOT_IN_LINES.test(trimmed) ? trimmed : null;
}

function optionalLine(
  longest: number,
  refusal: CatalogRejectionCode,
  isFormed: (text: string) => boolean = () => true,
  detail?: Rejection['detail'],
): Check<string | null> {
  return (value) => {
    if (value === null || value.trim() === '') return null;
    const text = line(value, longest);
    return text !== null && isFormed(text) ? text : reject(refusal, detail);
  };
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
