import type { Settings } from '../../platform/config/settings.js';
import type { Manifest } from '../backup/manifest.js';
import { restoreBackup } from '../backup/restore-backup.js';
import { type BackupTaken, OperationRefused, type OperationTypes, type Progress } from './operation-types.js';

const RESTORE_SERVERS =
  'a backup holds the embedded engines, which are not used with EVENTSTORE_URL or MONGODB_URL: restore those servers with their own tools';

/** What is said of a backup. */
export function backupTaken({ position, madeAt, files }: Manifest): BackupTaken {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { position, madeAt, files: files.length, bytes };
}

/** Restores into the data directory of a product that does not run, whose lock the caller holds. */
export async function restoreHere(
  settings: Settings,
  folder: string,
  emit: (progress: Progress) => void,
): Promise<OperationTypes['restore']['result']> {
  if (settings.eventStoreUrl ?? settings.mongoDbUrl) throw new OperationRefused(RESTORE_SERVERS);
  const { manifest, log } = await restoreBackup(settings, folder, emit);
  return { ...backupTaken(manifest), events: log.events };
}
