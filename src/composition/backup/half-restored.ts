import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataFormatError } from '../../platform/migrations/migrations.js';

/** Stands in a data directory from the beginning of a restore until everything is in its place. */
export const UNFINISHED_RESTORE = 'restore.tmp';

/** @throws {DataFormatError} if a restore into the directory broke off: what is there is in parts. */
export function refuseHalfRestored(dataDir: string): void {
  if (!existsSync(join(dataDir, UNFINISHED_RESTORE))) return;
  throw new DataFormatError(`a restore into ${dataDir} broke off: run it again, it begins anew`);
}
