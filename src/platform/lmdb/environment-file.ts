import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Offsets in a meta page of LMDB's data format 2 (`MDB_meta` in mdb.c), little-endian. */
const MAGIC_AT = 24;
const PAGE_BYTES_AT = 48;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const MAX_PAGE_BYTES = 65_536;

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

function readMeta(file: number, at: number): Meta | null {
  const page = Buffer.alloc(META_BYTES);
  if (readSync(file, page, 0, META_BYTES, at) !== META_BYTES || page.readUInt32LE(MAGIC_AT) !== MAGIC)
    return null;
  const pageBytes = page.readUInt32LE(PAGE_BYTES_AT);
  if (pageBytes < META_BYTES || pageBytes > MAX_PAGE_BYTES) return null;
  return {
    pageBytes,
    lastPage: Number(page.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: page.readBigUInt64LE(TRANSACTION_AT),
  };
}

/** What is kept nowhere else cannot be opened. The message is for the operator. */
export class EnvironmentDamaged extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EnvironmentDamaged';
  }
}

/**
 * What forbids opening the LMDB environment in a directory; null if nothing does, or if there is none yet.
 *
 * lmdb ends the process (a segmentation fault or a bus error) where a file is no environment or has lost its end, if
 * it be a page, as one that was copied half: so this is looked at before.
 */
export function problemOfEnvironment(directory: string, name = 'data.mdb'): string | null {
  let file: number;
  try {
    file = openSync(join(directory, name), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (size === 0) return null;
    const first = readMeta(file, 0);
    const second = first && readMeta(file, first.pageBytes);
    if (!second) return 'its data file is not one of LMDB';
    const { pageBytes, lastPage } = second.transaction > first.transaction ? second : first;
    const bytes = (lastPage + 1) * pageBytes;
    return size < bytes ? `its data file has ${size} bytes, of ${bytes}` : null;
  } finally {
    closeSync(file);
  }
}
