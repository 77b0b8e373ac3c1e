import type { ServerMigration } from '../../src/platform/migrations/server-migration.js';

/** Format 2: processes that cannot read intakes whose texts are sealed together do not join those that write them. */
export const sealedIntakes: ServerMigration = { number: 2, name: 'sealed-intakes', collections: [] };
