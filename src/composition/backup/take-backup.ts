import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Settings } from '../../platform/config/settings.js';
import { makeFolder } from '../../platform/data-directory/make-folder.js';
import { EmbeddedEventStore } from '../../platform/event-store/embedded/embedded-event-store.js';
import type { LmdbIdempotencyStore } from '../../platform/idempotency/embedded/lmdb-idempotency-store.js';
import type { EmbeddedKeyStore } from '../../platform/key-store/embedded/embedded-key-store.js';
import { FORMAT_FILE, readFormat } from '../../platform/migrations/migrations.js';
import { OperationRefused, type Progress } from '../operations/operation-types.js';
import { type BackupFile, describe, flush, MANIFEST_FILE, type Manifest, writeManifest } from './manifest.js';

/** The embedded engines whose content does not follow from anything else. Read models, indexes and snapshots do. */
export interface BackedUp {
  readonly log: EmbeddedEventStore;
  readonly idempotency: LmdbIdempotencyStore;
  readonly keys: EmbeddedKeyStore;
}

type Emit = (progress: Progress) => void;

const UPLOADS = 'uploads';
const UPLOAD = /^[0-9a-f]{64}(-thumbnail)?\.[a-z]+$/;

/**
 * Copies what the product cannot make anew into an empty folder, while it works on.
 *
 * The log goes first: whatever an event needs was on disk before it, so what is copied later has it. Data keys are
 * newer than the log then, never older; one that was destroyed meanwhile is not in the backup. Idempotency keys must
 * not be older either, or a request in the log could be carried out again; an answer that was given after the log's
 * copy began is left out, and the log tells what became of that request.
 */
export async function takeBackup(
  engines: BackedUp,
  { dataDir, streamNamespace }: Pick<Settings, 'dataDir' | 'streamNamespace'>,
  folder: string,
  emit: Emit,
): Promise<Manifest> {
  makeEmptyFolder(folder, dataDir);
  const step = (stage: string, done: number): void => emit({ stage, done, total: 5 });
  try {
    const answered = await engines.idempotency.answeredAttempts();
    step('Log', 0);
    await engines.log.copyTo(subfolder(folder, 'log'));
    const position = await positionOf(join(folder, 'log'));
    step('Idempotency keys', 1);
    await engines.idempotency.copyTo(subfolder(folder, 'idempotency'), answered);
    step('Uploads', 2);
    copyUploads(join(dataDir, UPLOADS), folder);
    copyFileSync(join(dataDir, FORMAT_FILE), join(folder, FORMAT_FILE));
    step('Data keys', 3);
    await engines.keys.copyTo(subfolder(folder, 'keys'));
    step('Checksums', 4);
    const manifest: Manifest = {
      product: 'keyforge',
      format: readFormat(folder),
      madeAt: new Date().toISOString(),
      streamNamespace,
      position: position.toString(),
      files: await sealFiles(folder),
    };
    writeManifest(folder, manifest);
    step('Checksums', 5);
    return manifest;
  } catch (error) {
    // The folder was empty: everything in it is half of a backup.
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

function makeEmptyFolder(folder: string, dataDir: string): void {
  if (!relative(resolve(dataDir), resolve(folder)).startsWith('..')) {
    throw new OperationRefused(`${folder} is in the data directory: a backup belongs elsewhere`);
  }
  if (madeOrFound(folder).length > 0) {
    throw new OperationRefused(`${folder} is not empty: each backup goes into a folder of its own`);
  }
}

/** What is in the folder, which is made if it is not there. */
function madeOrFound(folder: string): string[] {
  try {
    makeFolder(folder);
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OperationRefused(
      `${folder} must be a folder that can be made and read, which it is not (${code})`,
    );
  }
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** Opens the copy, which also looks at its newest events. */
async function positionOf(log: string): Promise<bigint> {
  const copy = EmbeddedEventStore.open({ directory: log });
  try {
    return copy.headPosition();
  } finally {
    await copy.close();
    rmSync(join(log, 'lock.mdb'), { force: true });
  }
}

function copyUploads(from: string, folder: string): void {
  if (!existsSync(from)) return;
  const to = subfolder(folder, UPLOADS);
  for (const name of readdirSync(from)) {
    if (UPLOAD.test(name)) copyFileSync(join(from, name), join(to, name));
  }
}

/** Puts every file on disk, for its owner alone, and describes it. */
async function sealFiles(folder: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== MANIFEST_FILE) {
      chmodSync(path, 0o600);
      files.push(await describe(folder, relative(folder, path)));
    }
    flush(path);
  }
  return files;
}
