import type { Db } from 'mongodb';
import { DataFormatError } from '../migrations/migrations.js';
import type { ServerMigration } from '../migrations/server-migration.js';
import { isExisting } from './errors.js';

/** The record of how far a database went: one document. */
interface FormatRecord {
  readonly _id: 'keyforge';
  readonly format: number;
}

const RECORDS = 'format';

/** Number of the last migration that the database went through; 0 for a new one. */
export async function mongoFormat(database: Db): Promise<number> {
  return (await database.collection<FormatRecord>(RECORDS).findOne({ _id: 'keyforge' }))?.format ?? 0;
}

/** @throws {DataFormatError} if the database belongs to a newer release. */
export function assertKnown(found: number, migrations: readonly ServerMigration[]): void {
  if (found <= migrations.length) return;
  throw new DataFormatError(
    `the data in MongoDB have format ${found}, and this release knows formats up to ${migrations.length}: ` +
      'start the newer release',
  );
}

async function carryOut(database: Db, { collections }: ServerMigration): Promise<void> {
  for (const { name, indexes } of collections) {
    await database.createCollection(name).catch((error: unknown) => {
      if (!isExisting(error)) throw error;
    });
    for (const { fields, unique = false } of indexes) {
      const keys = Object.fromEntries(fields.map((field) => [field, 1 as const]));
      await database.collection(name).createIndex(keys, unique ? { unique } : {});
    }
  }
}

/**
 * Brings a database to this release's format, forward only. Several processes may do so at once: each step leaves alone
 * what is there, and the record only grows.
 * @returns the format number that the database has now.
 * @throws {DataFormatError} if it belongs to a newer release; nothing was changed.
 */
export async function migrateMongo(
  database: Db,
  migrations: readonly ServerMigration[],
  log: (message: string) => void,
): Promise<number> {
  const found = await mongoFormat(database);
  assertKnown(found, migrations);
  for (const migration of migrations.slice(found)) {
    const { number, name } = migration;
    await carryOut(database, migration);
    const records = database.collection<FormatRecord>(RECORDS);
    await records.updateOne({ _id: 'keyforge' }, { $max: { format: number } }, { upsert: true });
    log(`MongoDB: migration ${number} (${name}) done`);
  }
  return migrations.length;
}
