import { type DocumentId, MAX_ID_UNITS } from './read-store.js';

/**
 * Bytes that order as MongoDB orders the values: missing and null, then numbers, then strings. Every value ends by
 * itself, so values stand one after another.
 */
const NULL_TAG = 0x05;
const NUMBER_TAG = 0x10;
const STRING_TAG = 0x20;
/** Greater than every tag: closes the range of a prefix. */
const AFTER_ALL = 0xff;

/** A string counts with this many UTF-16 units in an index; documents that agree in them are told apart by the query. */
export const INDEXED_STRING_UNITS = 200;
const SCRATCH_BYTES = 8192;

const scratch = Buffer.alloc(SCRATCH_BYTES);

/** @throws if a document holds something else in an indexed field: a programmer's error in a projection. */
function writeValue(value: unknown, at: number): number {
  if (value === null || value === undefined) {
    scratch[at] = NULL_TAG;
    return at + 1;
  }
  if (typeof value === 'number') {
    scratch[at] = NUMBER_TAG;
    // Adding 0 turns -0 into 0. Flipping the sign bit, or all bits of a negative number, makes bytes order as numbers.
    scratch.writeDoubleBE(value + 0, at + 1);
    const negative = scratch[at + 1]! >= 0x80;
    if (negative) for (let byte = at + 1; byte <= at + 8; byte += 1) scratch[byte] = ~scratch[byte]! & 0xff;
    else scratch[at + 1] = scratch[at + 1]! | 0x80;
    return at + 9;
  }
  if (typeof value === 'string') return writeString(value, at);
  throw new Error(`an indexed field holds a ${typeof value}`);
}

function writeString(value: string, at: number): number {
  scratch[at] = STRING_TAG;
  let text = value.length > INDEXED_STRING_UNITS ? value.slice(0, INDEXED_STRING_UNITS) : value;
  // A NUL would end the string early: it becomes the byte pair 1 1, and 1 becomes 1 2.
  if (text.includes('\0') || text.includes('\x01')) {
    text = text.replaceAll('\x01', '\x01\x02').replaceAll('\0', '\x01\x01');
  }
  const end = at + 1 + scratch.write(text, at + 1);
  scratch[end] = 0;
  return end + 1;
}

function taken(end: number): Buffer {
  const key = Buffer.allocUnsafe(end);
  scratch.copy(key, 0, 0, end);
  return key;
}

/** Key of a document in its collection. */
export function documentKey(id: DocumentId): Buffer {
  if (typeof id === 'string' && id.length > MAX_ID_UNITS) throw new RangeError('a document id is too long');
  return taken(writeValue(id, 0));
}

/** Key of a document in one index, or with fewer values the common beginning of such keys. */
export function indexPrefix(index: number, values: readonly unknown[], close = false): Buffer {
  let end = 0;
  // The collection itself is index -1: its keys have no number.
  if (index >= 0) scratch[end++] = index;
  for (const value of values) end = writeValue(value, end);
  if (close) scratch[end++] = AFTER_ALL;
  return taken(end);
}

/** The value of a field, which may be a path such as `stock.available`. */
export function fieldOf(document: object, path: string): unknown {
  if (!path.includes('.')) return (document as Record<string, unknown>)[path];
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
