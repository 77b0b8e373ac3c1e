import type { Db } from 'mongodb';
import { MongoReadStore } from '../../src/platform/read-store/mongodb/mongo-read-store.js';
import { describeOnMongoDb } from '../support/mongodb/test-databases.js';
import { readStoreContract } from './read-store.contract.js';

describeOnMongoDb('the read store on MongoDB', (databases) => {
  let database: Db;

  readStoreContract(
    async () => {
      database = databases.make();
      return MongoReadStore.forWriter(database, 1);
    },
    async (store) => {
      await store.close();
      return MongoReadStore.forWriter(database, 1);
    },
  );
});
