import { type Currency, isCurrency } from '../../platform/kernel/money.js';
import { MAX_ORDER_CODE_POINTS } from './limits.js';

/** As the query parser leaves it: decoded once, a repeated parameter as a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export type JsonObject = Readonly<Record<string, unknown>>;

export const ACTIONS = ['1', '2', '3', '4', '5', '6'] as const;
export type Action = (typeof ACTIONS)[number];

export const LANGUAGES = ['en', 'ru', 'az'] as const;
export type Language = (typeof LANGUAGES)[number];

type Parameter = Query[string];

/** One of the documented digits; null for anything else, `03` and `3.0` too. */
export const parseAction = (value: Parameter): Action | null =>
  ACTIONS.find((action) => action === value) ?? null;

/** The JSON object in a parameter; null if it is absent, repeated, not JSON, or JSON of another kind. */
export function parseObject(value: Parameter): JsonObject | null {
  if (typeof value !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as JsonObject)
      : null;
  } catch {
    // The parser's message quotes the text, passwords included: it goes nowhere.
    return null;
  }
}

/** `data` may be left out, which is the same as `{}`. */
export const parseData = (value: Parameter): JsonObject | null =>
  value === undefined ? {} : parseObject(value);

const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * NUL and halves of surrogate pairs. Neither survives storage and transport as it is, so that two different texts
 * would become one.
 */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/**
 * A reference (`product`, `package`, `key`): a string, or an integer that JSON carries without loss. Null counts as
 * missing: absent, empty, of another type, or too large to be exact.
 */
export function parseReference(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return isFilled(value) ? value : null;
}

/** The same for `order`, which is kept as it is: one with characters that cannot be stored counts as missing, too. */
export function parseOrder(value: unknown): string | null {
  const order = parseReference(value);
  return order !== null && isStorable(order) ? order : null;
}

/** A public number as shown by actions 1 and 2; null for a text that is not exactly one. */
export function parsePublicId(reference: string): number | null {
  if (!/^[1-9]\d{0,15}$/.test(reference)) return null;
  const id = Number(reference);
  return Number.isSafeInteger(id) ? id : null;
}

/** Whether an order reference is longer than allowed, counted in code points. */
export function isOrderTooLong(order: string): boolean {
  if (order.length <= MAX_ORDER_CODE_POINTS) return false;
  if (order.length > 2 * MAX_ORDER_CODE_POINTS) return true;
  return [...order].length > MAX_ORDER_CODE_POINTS;
}

/** The first language that is given decides; one that nobody speaks here is English. */
export function chooseLanguage(...given: readonly unknown[]): Language {
  const chosen = given.find((value) => value !== undefined && value !== null && value !== '');
  return LANGUAGES.find((language) => language === chosen) ?? 'en';
}

/** `undefined`: none given. `null`: something that is no currency. */
export type GivenCurrency = Currency | null | undefined;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** The first currency that is given decides, whether or not it is one. */
export function chooseCurrency(...given: readonly unknown[]): GivenCurrency {
  const chosen = given.find(isGiven);
  if (chosen === undefined) return undefined;
  return isCurrency(chosen) ? chosen : null;
}

/** All currencies that are given; null where one of them is none. */
export function allCurrencies(...given: readonly unknown[]): readonly Currency[] | null {
  const all = given.filter(isGiven);
  return all.every(isCurrency) ? all : null;
}

/** Stands for an object or a list where an address should be. */
const NO_ADDRESS = '?';

/**
 * The address to send the key to; null if none is asked for. A value that is no string is not an address, but the
 * sale stands all the same: its text goes on, to be found invalid where addresses are judged.
 */
export function parseEmail(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'object' ? NO_ADDRESS : String(value);
}

/** What each request must bring before anything else is looked at. */
export interface Envelope {
  readonly action: Action;
  readonly settings: JsonObject;
  readonly login: string;
  readonly password: string;
}

/** Checks settings, action, login and password, in this order; the code of the first that is wrong. */
export function parseEnvelope(query: Query): Envelope | '0-1' | '0-2' | '0-3' {
  const settings = parseObject(query.settings);
  const action = parseAction(query.action);
  if (!settings || !action) return '0-1';
  const { login, password } = settings;
  if (!isFilled(login)) return '0-2';
  if (!isFilled(password)) return '0-3';
  return { action, settings, login, password };
}
