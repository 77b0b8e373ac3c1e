import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** Of LMDB's data format 2: a page begins with its number and its kind, behind that are the places of its entries, each with its key. */
const KIND_AT = 18;
const HEADER_BYTES = 24;
const KEY_BYTES_AT = 6;
const KEY_AT = 8;
const LEAF = 2;
const OVERFLOW = 4;

interface Page {
  readonly number: number;
  readonly bytes: Buffer;
}

const isOf =
  (kind: number) =>
  ({ number, bytes }: Page): boolean =>
    Number(bytes.readBigUInt64LE()) === number && bytes.readUInt16LE(KIND_AT) === kind;

/** Position of the first record of a page of the log; null if it is no page of records. */
function firstPosition({ bytes }: Page): bigint | null {
  const entry = HEADER_BYTES + bytes.readUInt16LE(HEADER_BYTES);
  if (entry + KEY_AT + 8 > PAGE_BYTES || bytes.readUInt16LE(entry + KEY_BYTES_AT) !== 8) return null;
  return bytes.readBigUInt64BE(entry + KEY_AT);
}

/**
 * Puts another page of a log's file in the place of each one with records that begin within these positions, in use or not: so does a disk
 * that wrote a page to the wrong place. Whoever has the file open sees it at once. Answers how many.
 */
export function putForeignPages(path: string, from: bigint, to: bigint): number {
  const file = openSync(path, 'r+');
  try {
    const bytes = Buffer.alloc(fstatSync(file).size);
    readSync(file, bytes, 0, bytes.length, 0);
    const pages = Array.from({ length: bytes.length / PAGE_BYTES }, (_, number) => ({
      number,
      bytes: bytes.subarray(number * PAGE_BYTES, (number + 1) * PAGE_BYTES),
    }));
    const other = pages.find(isOf(OVERFLOW));
    if (!other) throw new Error('no page of another kind is there');
    const meant = pages.filter(isOf(LEAF)).filter((page) => {
      const first = firstPosition(page);
      return first !== null && first >= from && first <= to;
    });
    for (const { number } of meant) writeSync(file, other.bytes, 0, PAGE_BYTES, number * PAGE_BYTES);
    return meant.length;
  } finally {
    closeSync(file);
  }
}
