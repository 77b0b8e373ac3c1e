import { checkMongoDb } from '../../src/composition/doctor/server-checks.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { MongoKeyStore } from '../../src/platform/key-store/mongodb/mongo-key-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { describeOnMongoDb } from '../support/mongodb/test-databases.js';

describeOnMongoDb('the doctor of MongoDB', (databases) => {
  it('tells version, replica set and clock, and finds another master key', async () => {
    const database = databases.make();
    const master = MasterKey.generate();
    await MongoKeyStore.open(database, master, new SystemIds());
    const { origin, search } = new URL(databases.url.replace('mongodb:', 'http:'));
    const url = `${origin.replace('http:', 'mongodb:')}/${database.databaseName}${search}`;
    const well = await checkMongoDb(url, master);
    expect(well.filter(({ state }) => state === 'problem')).toEqual([]);
    expect(well.map(({ text }) => text).join('\n')).toMatch(/^[6-9]\.\d+\.\d+ at .*\nreplica set \S+/);
    expect(well.at(-1)).toMatchObject({ check: 'mongodb clock', state: 'ok' });
    const other = await checkMongoDb(url, MasterKey.generate());
    expect(other).toContainEqual(expect.objectContaining({ check: 'master key', state: 'problem' }));
  });
});
