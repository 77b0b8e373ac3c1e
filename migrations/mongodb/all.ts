import type { ServerMigration } from '../../src/platform/migrations/server-migration.js';
import { collections } from './0001-collections.js';
import { sealedIntakes } from './0002-sealed-intakes.js';

/** All migrations of MongoDB, in order; a new one is added at the end, and none is ever changed or taken away. */
export const MONGODB_MIGRATIONS: readonly ServerMigration[] = [collections, sealedIntakes];
