import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MIGRATIONS } from '../../../migrations/all.js';
import type { Settings } from '../../platform/config/settings.js';
import { EmbeddedEventStore } from '../../platform/event-store/embedded/embedded-event-store.js';
import { EmbeddedKeyStore } from '../../platform/key-store/embedded/embedded-key-store.js';
import type { MasterKey } from '../../platform/security/master-key.js';
import { MASTER_KEY_FILE, readMasterKey } from '../../platform/security/master-key-file.js';
import { type LogVerified, OperationRefused, type Progress } from '../operations/operation-types.js';
import { verifyWith } from '../operations/verify.js';
import { isPassedOver } from '../own-content.js';
import { UNFINISHED_RESTORE } from './half-restored.js';
import { type BackupFile, describe, flush, type Manifest, readManifest } from './manifest.js';

const PARTS = ['keys', 'idempotency', 'uploads', 'format.json', 'log'];
/** What may lie in a data directory that counts as empty: its lock, and the key that no backup holds. */
const NOTHING = new Set(['lock', 'control.sock', MASTER_KEY_FILE]);

type RestoreSettings = Pick<Settings, 'dataDir' | 'masterKey' | 'streamNamespace'>;
type Emit = (progress: Progress) => void;

/**
 * Puts a backup into an empty data directory, whose lock the caller holds, and checks all of it: the files against
 * their sums, the data keys against the master key, the log from end to end. The product refuses to start on what an
 * interrupted restore left; the next one clears it away.
 */
export async function restoreBackup(
  settings: RestoreSettings,
  folder: string,
  emit: Emit,
): Promise<{ manifest: Manifest; log: LogVerified }> {
  const { dataDir } = settings;
  const manifest = manifestFor(settings, folder);
  const master = masterKeyFor(settings);
  const staging = join(dataDir, UNFINISHED_RESTORE);
  clearForRestore(dataDir);
  mkdirSync(staging, { mode: 0o700 });
  flush(dataDir);
  try {
    const copy = copier(manifest.files, folder, staging, emit);
    // The data keys are small: whether they can be read is known before the rest is copied.
    const isKey = ({ path }: BackupFile): boolean => path.startsWith('keys/');
    await copy(manifest.files.filter(isKey));
    await refuseOtherMasterKey(join(staging, 'keys'), master);
    await copy(manifest.files.filter((file) => !isKey(file)));
    const log = await verified(join(staging, 'log'), manifest, emit);
    for (const part of PARTS) {
      if (existsSync(join(staging, part))) renameSync(join(staging, part), join(dataDir, part));
    }
    flush(dataDir);
    rmSync(staging, { recursive: true });
    flush(dataDir);
    return { manifest, log };
  } catch (error) {
    clearForRestore(dataDir);
    throw error;
  }
}

function manifestFor({ streamNamespace }: RestoreSettings, folder: string): Manifest {
  const manifest = readManifest(folder);
  if (!manifest) throw new OperationRefused(`there is no backup in ${folder}`);
  const newest = MIGRATIONS.length;
  if (manifest.format > newest) {
    throw new OperationRefused(
      `the backup has format ${manifest.format}, this release reads up to ${newest}: use a newer release`,
    );
  }
  if (manifest.streamNamespace !== streamNamespace) {
    throw new OperationRefused(`the backup was made with STREAM_NAMESPACE=${manifest.streamNamespace}`);
  }
  return manifest;
}

function masterKeyFor({ masterKey, dataDir }: RestoreSettings): MasterKey {
  const key = readMasterKey(masterKey, dataDir);
  if (key) return key;
  throw new OperationRefused(
    `no backup holds the master key: set KEYFORGE_MASTER_KEY, or put the kept ${MASTER_KEY_FILE} into ${dataDir}`,
  );
}

/** What a data directory holds but its lock and the key that no backup holds; nothing if there is none. */
export function contentOf(dataDir: string): string[] {
  if (!existsSync(dataDir)) return [];
  // A container's volume begins with an empty folder for uploads.
  const isEmpty = (name: string): boolean =>
    name === 'uploads' && readdirSync(join(dataDir, name)).length === 0;
  return readdirSync(dataDir).filter((name) => !NOTHING.has(name) && !isPassedOver(name) && !isEmpty(name));
}

/** Takes away what a restore that broke off left. @throws {OperationRefused} if there is anything else. */
function clearForRestore(dataDir: string): void {
  if (existsSync(join(dataDir, UNFINISHED_RESTORE))) {
    for (const part of PARTS) rmSync(join(dataDir, part), { recursive: true, force: true });
    flush(dataDir);
    rmSync(join(dataDir, UNFINISHED_RESTORE), { recursive: true });
  }
  const found = contentOf(dataDir);
  if (found.length > 0) {
    throw new OperationRefused(
      `${dataDir} is not empty (${found.slice(0, 3).join(', ')} …): restore into an empty DATA_DIR`,
    );
  }
}

/** Copies some of all files at a time, and checks their sums. */
function copier(all: readonly BackupFile[], from: string, to: string, emit: Emit) {
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  return async (files: readonly BackupFile[]): Promise<void> => {
    for (const { path, bytes, sha256 } of files) {
      if (!existsSync(join(from, path))) throw new OperationRefused(`the backup lacks ${path}`);
      mkdirSync(dirname(join(to, path)), { recursive: true, mode: 0o700 });
      copyFileSync(join(from, path), join(to, path));
      flush(join(to, path));
      if ((await describe(to, path)).sha256 !== sha256) {
        throw new OperationRefused(`${path} is not what was backed up: its checksum differs`);
      }
      done += bytes;
      emit({ stage: 'Copy', done, total });
    }
  };
}

async function refuseOtherMasterKey(keys: string, master: MasterKey): Promise<void> {
  if (await EmbeddedKeyStore.matches(keys, master)) return;
  throw new OperationRefused('the backup was made with another master key');
}

async function verified(directory: string, manifest: Manifest, emit: Emit): Promise<LogVerified> {
  const log = EmbeddedEventStore.open({ directory });
  try {
    const report = await verifyWith((onProgress) => log.verify(onProgress), emit);
    const [problem] = report.problems;
    if (problem) throw new OperationRefused(`the log is damaged at ${problem.position}: ${problem.problem}`);
    if (String(log.headPosition()) !== manifest.position) {
      throw new OperationRefused(`the log ends at ${log.headPosition()}, not at ${manifest.position}`);
    }
    return report;
  } finally {
    await log.close();
  }
}
