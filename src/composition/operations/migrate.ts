import { MIGRATIONS } from '../../../migrations/all.js';
import { MONGODB_MIGRATIONS } from '../../../migrations/mongodb/all.js';
import type { Settings } from '../../platform/config/settings.js';
import type { Logger } from '../../platform/logging/logger.js';
import { runMigrations } from '../../platform/migrations/migrations.js';
import type { OperationTypes } from './operation-types.js';

type Migrated = OperationTypes['migrate']['result'];

/** Of a server that runs: its start did it. */
export const migratedAtStart = ({ mongoDbUrl }: Settings): Migrated => ({
  dataDirectory: MIGRATIONS.length,
  mongodb: mongoDbUrl ? MONGODB_MIGRATIONS.length : null,
});

/** Brings the stores to this release's format without starting anything. The caller holds the data directory's lock. */
export async function migrate(settings: Settings, logger: Logger): Promise<Migrated> {
  const { dataDir: directory, mongoDbUrl: url } = settings;
  const log = (line: string): void => logger.info(line);
  const dataDirectory = await runMigrations({ directory, migrations: MIGRATIONS, log });
  if (!url) return { dataDirectory, mongodb: null };
  const { connectMongo, setUp } = await import('../mongodb-engines.js');
  const { migrateMongo } = await import('../../platform/mongodb/mongo-migrations.js');
  const connection = await connectMongo({ url, logger });
  try {
    const mongodb = await setUp(() => migrateMongo(connection.database, MONGODB_MIGRATIONS, log));
    return { dataDirectory, mongodb };
  } finally {
    await connection.close();
  }
}
