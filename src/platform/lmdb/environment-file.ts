import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Offsets in a meta page of LMDB's data format 2 (`MDB_meta` in mdb.c), little-endian. */
const MAGIC_AT = 24;
const VERSION_AT = 28;
const PAGE_BYTES_AT = 48;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
/** Low half of its field, as LMDB reads it. */
const VERSION = 2;
const MAX_PAGE_BYTES = 65_536;
/** Pages that a transaction took and gave back are counted and may never have been written, as LMDB's own copying knows. */
const UNWRITTEN_BYTES = 16 * 1024 * 1024;

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

function readMeta(file: number, at: number): Meta | null {
  const page = Buffer.alloc(META_BYTES);
  if (readSync(file, page, 0, META_BYTES, at) !== META_BYTES) return null;
  if (page.readUInt32LE(MAGIC_AT) !== MAGIC || page.readUInt16LE(VERSION_AT) !== VERSION) return null;
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

/** The file of an LMDB environment as it stands; null if there is none yet, or nothing in it. */
function look(path: string): { readonly size: number; readonly needed: number | null } | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (size === 0) return null;
    const first = readMeta(file, 0);
    const second = first && readMeta(file, first.pageBytes);
    if (!second) return { size, needed: null };
    const { pageBytes, lastPage } = second.transaction > first.transaction ? second : first;
    return { size, needed: (lastPage + 1) * pageBytes };
  } finally {
    closeSync(file);
  }
}

/**
 * What forbids opening the LMDB environment in a directory; null if nothing does, or if there is none yet.
 *
 * lmdb ends the process (a segmentation fault or a bus error) where a file is no environment, is of another version, or has lost its end, if
 * it be a page, as one that was copied half: so this is looked at before.
 */
export function problemOfEnvironment(directory: string, name = 'data.mdb'): string | null {
  const file = look(join(directory, name));
  if (!file) return null;
  if (file.needed === null) return 'its data file is not one of this LMDB';
  return file.size < file.needed ? `its data file has ${file.size} bytes, of ${file.needed}` : null;
}

/** Bytes that a file should have which lacks no more than an end that LMDB may never have written; null if it lacks nothing, or more. */
function unwritten(path: string): number | null {
  const file = look(path);
  if (!file || file.needed === null || file.size >= file.needed) return null;
  const { size, needed } = file;
  return needed - size > UNWRITTEN_BYTES || size < needed / 2 ? null : needed;
}

/**
 * As {@link problemOfEnvironment}, for what is kept nowhere else: an end that is missing may be one that LMDB never wrote. It is
 * filled with empty pages, in which LMDB finds an error where it needed them, instead of ending the process.
 */
export function problemOfOnlyCopy(directory: string, name = 'data.mdb'): string | null {
  const path = join(directory, name);
  const needed = unwritten(path);
  if (needed === null) return problemOfEnvironment(directory, name);
  const opened = openSync(path, 'r+');
  try {
    ftruncateSync(opened, needed);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  return null;
}

/**
 * As {@link problemOfOnlyCopy}, and fills nothing: somebody else may write the file. LMDB ends the process that needs what is missing at
 * the end.
 */
export const problemOfStored = (directory: string, name = 'data.mdb'): string | null =>
  unwritten(join(directory, name)) === null ? problemOfEnvironment(directory, name) : null;
