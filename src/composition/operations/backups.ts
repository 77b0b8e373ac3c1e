import type { Settings } from '../../platform/config/settings.js';
import type { Manifest } from '../backup/manifest.js';
import { restoreBackup } from '../backup/restore-backup.js';
import type { BackupTaken, OperationTypes, Progress } from './operation-types.js';

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
  const { manifest, log } = await restoreBackup(settings, folder, emit);
  return { ...backupTaken(manifest), events: log.events };
}
