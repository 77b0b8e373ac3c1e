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

const FILE = 'master.key';
const NEXT_FILE = 'master.key.next';

export interface MasterKeySource {
  /** The bytes of `KEYFORGE_MASTER_KEY`, or null when it is not set. */
  readonly configured: Buffer | null;
  readonly dataDir: string;
  /** With `NODE_ENV=production` the key must be given: a key beside the data protects nothing. */
  readonly production: boolean;
}

function writeDurably(path: string, text: string, flags: 'wx' | 'w'): void {
  const file = openSync(path, flags, 0o600);
  try {
    writeSync(file, text);
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

/**
 * The configured master key, else that of the data directory, made there (mode 0600, on disk before it is used) at the
 * first start. `matches` tells whether stored data was wrapped with a key; it settles which of two files counts after
 * a rotation was interrupted. @throws {MasterKeyError}
 */
export function openMasterKey(source: MasterKeySource, matches?: (key: MasterKey) => boolean): MasterKey {
  if (source.configured) return new MasterKey(source.configured);
  if (source.production) {
    throw new MasterKeyError(
      'Missing',
      'KEYFORGE_MASTER_KEY must be set when NODE_ENV=production; `npm run cli -- keygen` makes one',
    );
  }
  const path = join(source.dataDir, FILE);
  const nextPath = join(source.dataDir, NEXT_FILE);
  if (existsSync(nextPath)) {
    const next = MasterKey.parse(readFileSync(nextPath, 'utf8'));
    if (matches?.(next)) {
      renameSync(nextPath, path);
      syncDirectory(source.dataDir);
      return next;
    }
  }
  if (existsSync(path)) return MasterKey.parse(readFileSync(path, 'utf8'));
  const made = MasterKey.generate();
  mkdirSync(source.dataDir, { recursive: true, mode: 0o700 });
  // Written under the other name and renamed, so that a crash never leaves half a key under the real one.
  writeDurably(nextPath, `${made.reveal()}\n`, 'w');
  renameSync(nextPath, path);
  syncDirectory(source.dataDir);
  return made;
}

/**
 * Runs `rewrap` so that a crash at any point leaves a key file that opens the stored keys. Without a key file (the
 * key is configured by the operator) it only runs `rewrap`.
 */
export async function replaceMasterKeyFile(
  dataDir: string,
  next: MasterKey,
  rewrap: () => Promise<void>,
): Promise<void> {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) return rewrap();
  const nextPath = join(dataDir, NEXT_FILE);
  writeDurably(nextPath, `${next.reveal()}\n`, 'w');
  syncDirectory(dataDir);
  await rewrap();
  renameSync(nextPath, path);
  syncDirectory(dataDir);
}
