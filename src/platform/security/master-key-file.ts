import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { MasterKey, MasterKeyError } from './master-key.js';

/** Name of the key's file in the data directory, where the operator configures none. */
export const MASTER_KEY_FILE = 'master.key';
const NEXT_FILE = 'master.key.next';

export interface MasterKeySource {
  /** The bytes of `KEYFORGE_MASTER_KEY`, or null when it is not set. */
  readonly configured: Buffer | null;
  readonly dataDir: string;
  /** With `NODE_ENV=production` the key must be given: a key beside the data protects nothing. */
  readonly production: boolean;
}

function writeDurably(path: string, key: MasterKey): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, `${key.reveal()}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Node names no path where it is a folder. */
function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MasterKeyError(
      'Missing',
      `${path} must be a file with the master key, and cannot be read (${code})`,
    );
  }
}

/**
 * The configured master key, else that of the data directory, made there (mode 0600, on disk before it is used) at the
 * first start alone. `matches` tells whether the stored keys, if there are any, were wrapped with a key; it settles which
 * of two files counts after a rotation was interrupted. @throws {MasterKeyError}
 */
export async function openMasterKey(
  source: MasterKeySource,
  matches: (key: MasterKey) => Promise<boolean>,
): Promise<MasterKey> {
  if (source.configured) return new MasterKey(source.configured);
  if (source.production) {
    throw new MasterKeyError(
      'Missing',
      'KEYFORGE_MASTER_KEY must be set when NODE_ENV=production; `npm run cli -- keygen` makes one',
    );
  }
  const path = join(source.dataDir, MASTER_KEY_FILE);
  const nextPath = join(source.dataDir, NEXT_FILE);
  const next = readNext(nextPath);
  if (next && (!existsSync(path) || (await matches(next)))) {
    renameSync(nextPath, path);
    syncDirectory(source.dataDir);
    return next;
  }
  if (existsSync(path)) return MasterKey.parse(readKeyFile(path));
  const made = MasterKey.generate();
  if (!(await matches(made))) {
    throw new MasterKeyError(
      'Missing',
      `${path} is missing, and without it nothing secret in this data can be read: put it back, or set KEYFORGE_MASTER_KEY`,
    );
  }
  mkdirSync(source.dataDir, { recursive: true, mode: 0o700 });
  // Written under the other name and renamed, so that a crash never leaves half a key under the real one.
  writeDurably(nextPath, made);
  renameSync(nextPath, path);
  syncDirectory(source.dataDir);
  return made;
}

/**
 * The key that a start would use, without making one or changing anything; null where there is none.
 * @throws {MasterKeyError}
 */
export function readMasterKey(configured: Buffer | null, dataDir: string): MasterKey | null {
  if (configured) return new MasterKey(configured);
  const path = join(dataDir, MASTER_KEY_FILE);
  return existsSync(path) ? MasterKey.parse(readKeyFile(path)) : null;
}

/** As {@link readMasterKey}, all that come into question: of a rotation that was cut off the next one may be in force. */
export function readMasterKeys(configured: Buffer | null, dataDir: string): MasterKey[] {
  const next = configured ? null : readNext(join(dataDir, NEXT_FILE));
  return [readMasterKey(configured, dataDir), next].filter((key) => key !== null);
}

/** A file that was cut short was never used: it is synced before anything is wrapped with its key. */
function readNext(path: string): MasterKey | null {
  if (!existsSync(path)) return null;
  try {
    return MasterKey.parse(readKeyFile(path));
  } catch (error) {
    if (error instanceof MasterKeyError) return null;
    throw error;
  }
}

/** The part of a key store that a rotation needs. */
export interface RewrappableKeys {
  /** Wraps every data key with another master key, all or none. Answers how many. */
  rewrap(next: MasterKey): Promise<number>;
}

/** Folders in which one is under way. */
const rotating = new Set<string>();

/**
 * Puts all data keys (the fingerprint key is one of them) under another master key; answers how many. A crash at any
 * point leaves a key file that opens the stored keys. Tokens signed under the old master end with it.
 * @param isOperators the operator keeps the keys: files that a trial before left say nothing, and stay as they are
 * @throws where another rotation is under way
 */
export async function rotateMasterKey(
  dataDir: string,
  keys: RewrappableKeys,
  next: MasterKey,
  isOperators = false,
): Promise<number> {
  if (rotating.has(dataDir))
    throw new Error('the master key is being changed already: wait for the end of that');
  rotating.add(dataDir);
  try {
    return await (isOperators ? keys.rewrap(next) : rotate(dataDir, keys, next));
  } finally {
    rotating.delete(dataDir);
  }
}

async function rotate(dataDir: string, keys: RewrappableKeys, next: MasterKey): Promise<number> {
  const path = join(dataDir, MASTER_KEY_FILE);
  if (!existsSync(path)) return keys.rewrap(next);
  const nextPath = join(dataDir, NEXT_FILE);
  // The key of a rotation that failed may be in force, if its answer was lost, and is kept nowhere else.
  const left = readNext(nextPath);
  if (!left) {
    writeDurably(nextPath, next);
    syncDirectory(dataDir);
  }
  const count = await keys.rewrap(left ?? next);
  renameSync(nextPath, path);
  syncDirectory(dataDir);
  return count;
}
