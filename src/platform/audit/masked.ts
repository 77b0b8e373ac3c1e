import { isCollection, isKeyed } from 'immutable';
import { NewestMap } from '../kernel/newest-map.js';

const MASK = '***';

/** Names of values that nobody needs to see to know what happened. */
const SECRET_NAME = /password|secret|token|hash|fingerprint|lastfour|totp/i;
/** A sealed text: `v1.<data key id>.<nonce>.<ciphertext and tag>`. */
const SEALED = /^v\d+\.[^.\s]+\.[\w-]+\.[\w-]+$/;
/** Bounded, so that a hostile text takes linear time. */
const EMAIL = /([\w.+%-])[\w.+%-]{0,63}@((?:[\w-]{1,63}\.){1,8}[\w-]{2,63})/g;
const MAX_DEPTH = 20;

function maskedText(text: string): string {
  if (SEALED.test(text)) return MASK;
  return text.includes('@') ? text.replace(EMAIL, `$1${MASK}@$2`) : text;
}

function entriesOf(value: object): Iterable<[unknown, unknown]> {
  if (value instanceof Map) return value;
  if (value instanceof NewestMap) return value.entries();
  return isCollection(value) ? (value as unknown as Map<unknown, unknown>).entries() : Object.entries(value);
}

const isList = (value: object): value is Iterable<unknown> & object =>
  Array.isArray(value) || value instanceof Set || (isCollection(value) && !isKeyed(value));

/** Whether there is anything to hide: flags and numbers tell no secret. */
const isTelling = (value: unknown): boolean =>
  typeof value === 'string' ? value !== '' : typeof value === 'object' && value !== null;

/**
 * A stored or folded value as JSON for those who look into the log: ciphertexts, hashes and whatever is called a
 * secret are `***`, of e-mail addresses the first letter and the domain are shown. Amounts (bigint) become text, maps
 * and sets objects and lists.
 */
export function masked(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskedText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH || ArrayBuffer.isView(value)) return MASK;
  if (isList(value)) return Array.from(value, (item) => masked(item, depth + 1));
  const fields: [string, unknown][] = [];
  for (const [name, field] of entriesOf(value)) {
    const isSecret = SECRET_NAME.test(String(name)) && isTelling(field);
    fields.push([maskedText(String(name)), isSecret ? MASK : masked(field, depth + 1)]);
  }
  return Object.fromEntries(fields);
}
