import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { committed, openEnvironment } from '../../lmdb/environment.js';
import { EnvironmentDamaged, problemOfOnlyCopy, problemOfStored } from '../../lmdb/environment-file.js';

export type Entries = RootDatabase<unknown, string>;

export const ENV_FILE = 'keys.mdb';
export const STALE_COPY = 'keys.copy.mdb';
/** Address space, not disk: some ten million keys. */
const MAP_BYTES = 4 * 1024 ** 3;
const COPY_BATCH_ENTRIES = 1000;
const SCRUB_CHUNK_BYTES = 1 << 20;

/** One LMDB file. Promises of writes resolve when the commit is on disk. */
export function openEntries(path: string, { readOnly = false } = {}): Entries {
  return openEnvironment<unknown, string>({
    path,
    noSubdir: true,
    overlappingSync: false,
    mapSize: MAP_BYTES,
    readOnly,
  });
}

/** The keys of a folder. @throws {EnvironmentDamaged} where lmdb would end the process. */
export function openKeys(folder: string, options: { readonly readOnly?: boolean } = {}): Entries {
  const problem = options.readOnly ? problemOfStored(folder, ENV_FILE) : problemOfOnlyCopy(folder, ENV_FILE);
  if (problem === null) return openEntries(join(folder, ENV_FILE), options);
  throw new EnvironmentDamaged(
    `the data keys in ${folder} cannot be opened: ${problem}; without them no secret in the log can be read: ` +
      'put them back from a backup',
  );
}

/** What an interrupted replacement left behind. */
export function removeStaleCopy(folder: string): void {
  for (const name of [STALE_COPY, `${STALE_COPY}-lock`]) rmSync(join(folder, name), { force: true });
}

/** Writes every entry, converted, into a fresh file that is on disk when this resolves. */
export async function copyEntries(
  from: Entries,
  toPath: string,
  convert: (key: string, value: unknown) => unknown,
): Promise<void> {
  const to = openEntries(toPath);
  let batch: Promise<unknown>[] = [];
  for (const { key, value } of from.getRange({ snapshot: false })) {
    batch.push(committed(to.put(key, convert(key, value))));
    if (batch.length < COPY_BATCH_ENTRIES) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  await to.close();
  rmSync(`${toPath}-lock`, { force: true });
}

/** Puts `copy` in the place of `path` (both closed) and overwrites what `path` held. A crash leaves one of the two. */
export function replaceFile(copy: string, path: string): void {
  const old = openSync(path, 'r+');
  try {
    const { size } = statSync(path);
    renameSync(copy, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
    const zeros = Buffer.alloc(SCRUB_CHUNK_BYTES);
    for (let at = 0; at < size; at += zeros.length)
      writeSync(old, zeros, 0, Math.min(zeros.length, size - at), at);
    fsyncSync(old);
  } finally {
    closeSync(old);
  }
}
