import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export const MANIFEST_FILE = 'backup.json';

export interface BackupFile {
  /** Below the backup's folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup is of. Written last: a folder without it is no backup. */
export interface Manifest {
  readonly product: 'keyforge';
  /** Number of the data directory's format. */
  readonly format: number;
  readonly madeAt: string;
  readonly streamNamespace: string;
  /** The last event that is in it. */
  readonly position: string;
  readonly files: readonly BackupFile[];
}

/** @returns null where there is none. @throws if it is none of ours. */
export function readManifest(folder: string): Manifest | null {
  let text: string;
  try {
    text = readFileSync(join(folder, MANIFEST_FILE), 'utf8');
  } catch (error) {
    // A file is named instead of a folder, say.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.product === 'keyforge' && isSafe(manifest.files)) return manifest;
  } catch {
    // Said below.
  }
  throw new Error(`${join(folder, MANIFEST_FILE)} is damaged`);
}

/** A path of a manifest never leads out of the folder that it is in. */
const isSafe = (files: readonly BackupFile[]): boolean =>
  files.every(({ path }) => /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)?$/.test(path) && !path.includes('..'));

export function writeManifest(folder: string, manifest: Manifest): void {
  const path = join(folder, MANIFEST_FILE);
  const file = openSync(`${path}.part`, 'wx', 0o600);
  writeSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.part`, path);
  flush(folder);
}

/** Makes sure that a file, or the names in a folder, are on disk. */
export function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads the file in pieces: other work goes on meanwhile. */
export async function describe(folder: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(join(folder, path))) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}
