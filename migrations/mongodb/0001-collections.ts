import type { ServerMigration } from '../../src/platform/migrations/server-migration.js';

/** Format 1: what the stores keep beside the read models, which bring their own collections. */
export const collections: ServerMigration = {
  number: 1,
  name: 'collections',
  collections: [
    { name: 'leases', indexes: [] },
    { name: 'data_keys', indexes: [{ fields: ['id'], unique: true }] },
    { name: 'data_key_master', indexes: [] },
    { name: 'idempotency_keys', indexes: [{ fields: ['begunAtMs'] }] },
    { name: 'read_collections', indexes: [] },
    { name: 'read_checkpoints', indexes: [] },
  ],
};
