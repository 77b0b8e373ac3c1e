import type { Db } from 'mongodb';
import { MongoReadStore } from '../../src/platform/read-store/mongodb/mongo-read-store.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
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

  describe('without transactions', () => {
    const NOTES = { name: 'notes.v1', indexes: [] };
    const write = (store: MongoReadStore, position: number, documents: readonly ReadDocument[]) =>
      store.write({
        position: BigInt(position),
        writes: [{ collection: NOTES.name, documents: new Map(documents.map((one) => [one._id, one])) }],
        checkpoint: { key: 'live', value: position },
      });
    const openWriter = async (): Promise<MongoReadStore> => {
      const store = await MongoReadStore.forWriter(database, 1);
      await store.openCollection(NOTES);
      return store;
    };

    beforeEach(() => {
      database = databases.make();
    });

    it('the checkpoint stays where it was when documents could not be stored', async () => {
      const store = await openWriter();
      await write(store, 1, [{ _id: 'a' }]);
      const tooLarge = { _id: 'b', text: 'x'.repeat(17 * 1024 ** 2) };
      await expect(write(store, 2, [tooLarge])).rejects.toThrow();
      expect(await store.readCheckpoint('live')).toBe(1);
    });

    it('who reads only needs not open a collection, and cannot write', async () => {
      const reader = MongoReadStore.forReaders(database);
      await reader.openCollection(NOTES);
      await expect(reader.get(NOTES.name, 'a')).rejects.toThrow(/was not opened/);
      await write(await openWriter(), 1, [{ _id: 'a' }]);
      expect(await reader.get(NOTES.name, 'a')).toEqual({ _id: 'a' });
      expect(await reader.readCheckpoint('live')).toBe(1);
      await expect(write(reader, 2, [])).rejects.toThrow(/reading alone/);
      await expect(reader.dropCollection(NOTES.name)).rejects.toThrow(/reading alone/);
    });

    it('documents have field names and numbers of any kind', async () => {
      const store = await openWriter();
      const document = {
        _id: 7,
        'a.b': { 'c.d': 1, $e: [null, { '': 0 }] },
        10: 'ten',
        whole: 2 ** 40,
        large: Number.MAX_SAFE_INTEGER,
        tiny: 5e-324,
        gone: undefined,
      };
      await write(store, 1, [document]);
      const { gone, ...kept } = document;
      expect(JSON.stringify(await store.get(NOTES.name, 7))).toBe(JSON.stringify(kept));
      expect([...(await store.load(NOTES.name, [7]))]).toEqual([[7, { position: 1n, document: kept }]]);
    });

    it('an index ends with the id, as the order of every answer does', async () => {
      const store = await openWriter();
      const indexes = [['partner', 'id']];
      await store.openCollection({ name: 'sales.v1', indexes });
      const [name] = (await database.listCollections().toArray())
        .map((one) => one.name)
        .filter((one) => /sales/.test(one));
      const keys = (await database.collection(name!).indexes()).map(({ key }) => key);
      expect(keys).toEqual(expect.arrayContaining([{ partner: 1, id: 1, _id: 1 }]));
    });
  });
});
