import type { Db } from 'mongodb';
import { MongoIdempotencyStore } from '../../src/platform/idempotency/mongodb/mongo-idempotency-store.js';
import { describeOnMongoDb } from '../support/mongodb/test-databases.js';
import { idempotencyStoreContract } from './idempotency-store.contract.js';

describeOnMongoDb('idempotency keys on MongoDB', (databases) => {
  let database: Db;

  idempotencyStoreContract('MongoDB', {
    async open() {
      return MongoIdempotencyStore.open(database);
    },
    async wipe() {
      database = databases.make();
    },
  });
});
