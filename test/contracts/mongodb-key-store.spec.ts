import type { Db } from 'mongodb';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { MongoKeyStore } from '../../src/platform/key-store/mongodb/mongo-key-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { describeOnMongoDb } from '../support/mongodb/test-databases.js';
import { keyStoreContract } from './key-store.contract.js';

const ids = new SystemIds();

describeOnMongoDb('data keys on MongoDB', (databases) => {
  const master = MasterKey.generate();
  let database: Db;

  keyStoreContract('MongoDB', {
    async open() {
      return { store: await MongoKeyStore.open(database, master, ids), close: async () => undefined };
    },
    async wipe() {
      database = databases.make();
    },
  });

  describe('shared by processes', () => {
    beforeEach(async () => {
      database = databases.make();
    });
    const open = (key = master) => MongoKeyStore.open(database, key, ids);

    it('several processes that want the key of one scope at once get the same', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
      const made = await Promise.all(
        Array.from({ length: 32 }, (_, index) => stores[index % 4]!.obtain('lot-1')),
      );
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      expect(new Set(made.map(({ key }) => key.toString('hex'))).size).toBe(1);
    });

    it('a node with another master key is refused', async () => {
      await open();
      await expect(open(MasterKey.generate())).rejects.toMatchObject({ code: 'Mismatch' });
      expect(await MongoKeyStore.matches(database, master)).toBe(true);
      expect(await MongoKeyStore.matches(database, MasterKey.generate())).toBe(false);
    });

    it('no key stands there in clear', async () => {
      const { key } = await (await open()).obtain('lot-1');
      const [stored] = await database.collection('data_keys').find({}, { raw: true }).toArray();
      expect((stored as unknown as Buffer).includes(key)).toBe(false);
    });
  });

  describe('under a new master key', () => {
    const next = MasterKey.generate();
    beforeEach(async () => {
      database = databases.make();
    });
    const open = (key = master) => MongoKeyStore.open(database, key, ids);

    it('every key opens, and with the old one none', async () => {
      const store = await open();
      const made = [await store.obtain('a'), await store.obtain('b')];
      expect(await store.rewrap(next)).toBe(2);
      const later = await store.obtain('c');
      await expect(open()).rejects.toMatchObject({ code: 'Mismatch' });
      const reopened = await open(next);
      for (const key of [...made, later]) expect(await reopened.find(key.id)).toEqual(key);
      const stored = await database.collection<{ wrapped: object }>('data_keys').find().toArray();
      for (const { wrapped } of stored) expect(Object.keys(wrapped)).toEqual([next.checkValue()]);
    });

    it('a node that still has the old one makes no key that nobody could open, and tells once', async () => {
      const replaced = jest.fn();
      const left = await open();
      const right = await MongoKeyStore.open(database, master, ids, replaced);
      const { id } = await left.obtain('early');
      await left.rewrap(next);
      await expect(right.obtain('late')).rejects.toMatchObject({ code: 'Mismatch' });
      await expect(right.find(id)).rejects.toMatchObject({ code: 'Mismatch' });
      expect(replaced).toHaveBeenCalledTimes(1);
      expect(await (await open(next)).obtain('late')).toHaveProperty('id');
    });

    it('a change that was cut off leaves the old one in force, and can be made again', async () => {
      const store = await open();
      const made = await store.obtain('a');
      await cutOff();
      const again = await open();
      expect(await again.find(made.id)).toEqual(made);
      const later = await again.obtain('b');
      expect(await again.rewrap(next)).toBe(2);
      const reopened = await open(next);
      expect([await reopened.obtain('a'), await reopened.obtain('b')]).toEqual([made, later]);
    });

    it('no change to another key begins while one is under way, and that one can be repeated', async () => {
      const store = await open();
      const made = await store.obtain('a');
      await cutOff();
      await expect(store.rewrap(MasterKey.generate())).rejects.toThrow('is being changed');
      expect(await store.rewrap(next)).toBe(1);
      expect(await (await open(next)).find(made.id)).toEqual(made);
    });

    it('of two changes at once one is made, and keys can be made under it', async () => {
      for (let round = 0, master = MasterKey.generate(); round < 5; round += 1) {
        if (round === 0) database = databases.make();
        const stores = [await open(master), await open(master)];
        await stores[0]!.obtain('a');
        const nexts = stores.map(() => MasterKey.generate());
        const outcomes = await Promise.allSettled(stores.map((store, place) => store.rewrap(nexts[place]!)));
        const won = outcomes.flatMap(({ status }, place) => (status === 'fulfilled' ? [nexts[place]!] : []));
        expect(won).toHaveLength(1);
        master = won[0]!;
        expect(await (await open(master)).obtain(`late-${round}`)).toHaveProperty('id');
      }
    });

    it('while it changes, a node with the old one makes no key that would be passed by', async () => {
      const store = await open();
      await cutOff();
      await expect(store.obtain('late')).rejects.toMatchObject({ code: 'Mismatch' });
    });

    /** As it is after the first steps of a change. */
    const cutOff = async (): Promise<void> => {
      const after = next.checkValue();
      const masters = database.collection<{ _id: string }>('data_key_master');
      await masters.updateOne({ _id: 'master' }, { $set: { next: after } });
      await database.command({
        collMod: 'data_keys',
        validator: { [`wrapped.${after}`]: { $exists: true } },
      });
    };
  });
});
