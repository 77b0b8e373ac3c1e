import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One step of the set-up of a store: files, buckets, the format of the log. Never the shape of a read model (that is
 * rebuilt) and never a rewriting of events (those are upcast when read).
 */
export interface Migration {
  /** 1 for the first, without gaps; also the number of the format that it leads to. */
  readonly number: number;
  readonly name: string;
  /** Must be repeatable: after a crash it may run again before it is recorded. */
  up(directory: string, log: (message: string) => void): void | Promise<void>;
}

export interface MigrationRun {
  /** The data directory; made (0700) where it is missing. Must be locked by the caller. */
  readonly directory: string;
  /** All migrations of this release, in order. */
  readonly migrations: readonly Migration[];
  readonly log: (message: string) => void;
}

/** The data directory cannot be used by this release. The message is for the operator. */
export class DataFormatError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataFormatError';
  }
}

export const FORMAT_FILE = 'format.json';

/** Number of the last migration that the directory went through; 0 for a new one. */
export function readFormat(directory: string): number {
  const path = join(directory, FORMAT_FILE);
  let format: unknown;
  try {
    format = (JSON.parse(readFileSync(path, 'utf8')) as { format?: unknown } | null)?.format;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw new DataFormatError(`${path} cannot be read; restore it from a backup`, { cause: error });
  }
  if (typeof format === 'number' && Number.isSafeInteger(format) && format > 0) return format;
  throw new DataFormatError(`${path} holds no format number; restore it from a backup`);
}

/** @throws {DataFormatError} */
export function refuseNewerFormat(directory: string, found: number, known: number): void {
  if (found <= known) return;
  throw new DataFormatError(
    `the data in ${directory} have format ${found}, and this release knows formats up to ${known}: ` +
      'start the newer release, or restore a backup made by this one',
  );
}

/** Replaces the record in one step that survives a power cut: the new file is on disk before it takes the name. */
function writeFormat(directory: string, format: number): void {
  const path = join(directory, FORMAT_FILE);
  const file = openSync(`${path}.new`, 'w', 0o600);
  writeSync(file, `${JSON.stringify({ product: 'keyforge', format })}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  const folder = openSync(directory, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * Brings a data directory to this release's format, forward only, before any engine opens it.
 * @returns the format number that the directory has now.
 * @throws {DataFormatError} if the directory belongs to a newer release or its record is damaged; nothing was changed.
 */
export async function runMigrations({ directory, migrations, log }: MigrationRun): Promise<number> {
  if (migrations.some((migration, index) => migration.number !== index + 1)) {
    throw new Error('migrations are numbered from 1 without gaps');
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const known = migrations.length;
  const found = readFormat(directory);
  refuseNewerFormat(directory, found, known);
  for (const migration of migrations.slice(found)) {
    await migration.up(directory, log);
    writeFormat(directory, migration.number);
    log(`data directory: migration ${migration.number} (${migration.name}) done`);
  }
  return known;
}
