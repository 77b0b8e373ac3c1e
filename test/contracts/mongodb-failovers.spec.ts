import { checkMongoDb } from '../../src/composition/doctor/server-checks.js';
import { connectMongo, setUp } from '../../src/composition/mongodb-engines.js';
import { EngineUnavailable } from '../../src/composition/reach.js';
import { StoreUnavailable } from '../../src/platform/kernel/store-unavailable.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { isOutage } from '../../src/platform/mongodb/errors.js';
import { MongoConnection } from '../../src/platform/mongodb/mongo-connection.js';
import { tellingOutages } from '../../src/platform/mongodb/telling-outages.js';
import { MongoReadStore } from '../../src/platform/read-store/mongodb/mongo-read-store.js';
import type { ReadStore } from '../../src/platform/read-store/read-store.js';
import { MongoServerProcess } from '../support/mongodb/server-process.js';
import { describeOnMongoServer } from '../support/mongodb/test-databases.js';
import { STEPS, writeStep } from '../support/mongodb/worker-steps.js';

const logger = createLogger({ logLevel: 'silent' });
/** More often than the driver repeats by itself. */
const TIMES = 4;

describeOnMongoServer('MongoDB that elects another primary', (executable) => {
  let server: MongoServerProcess;
  let connection: MongoConnection;
  /** Sets the faults: it does not meet them. */
  let setting: MongoConnection;
  let store: ReadStore;
  beforeAll(async () => {
    server = await MongoServerProcess.start(executable, undefined, ['--enable-test-commands']);
    // The server does not tell by itself that it is the primary again.
    const url = `${server.url}/?serverMonitoringMode=poll&heartbeatFrequencyMS=500`;
    connection = await MongoConnection.open({ url });
    setting = await MongoConnection.open({ url: server.url });
    store = tellingOutages<ReadStore>(await MongoReadStore.forWriter(connection.database, 1));
    for (let at = 1; at <= 3; at += 1) await writeStep(store, 'only', at);
  });
  afterAll(async () => {
    await connection.close();
    await setting.close();
    await server.dispose();
  });

  /** The server answers these commands so, as one that steps down does; the data are as they were. */
  const failing = async (
    command: string,
    data: object,
    work: () => Promise<unknown>,
    times = TIMES,
  ): Promise<unknown> => {
    const admin = setting.database.client.db('admin');
    const set = (mode: unknown) =>
      admin.command({
        configureFailPoint: 'failCommand',
        mode,
        data: { failCommands: [command], ...data },
      });
    await set({ times });
    try {
      return await work().then(
        () => null,
        (error: unknown) => error,
      );
    } finally {
      await set('off');
    }
  };

  it.each([10107, 11602, 91, 189, 13436])(
    'a read that meets code %d is told as an outage',
    async (errorCode) => {
      const error = await failing('find', { errorCode }, () => store.find(STEPS.name));
      expect(error).toBeInstanceOf(StoreUnavailable);
    },
  );

  it('so is a list whose cursor was left with the old primary', async () => {
    const error = await failing('getMore', { errorCode: 43 }, async () => {
      for await (const _ of store.scan(STEPS.name, { batch: 1 }));
    });
    expect(error).toBeInstanceOf(StoreUnavailable);
  });

  it.each(['collMod', 'delete', 'createIndexes'])(
    'so is what the driver does not repeat: %s',
    async (command) => {
      const { database } = connection;
      const work = {
        collMod: () => database.command({ collMod: 'read_checkpoints', validator: { _token: { $gte: 1 } } }),
        delete: () => database.collection('some').deleteMany({ a: 1 }),
        createIndexes: () => database.collection('some').createIndex({ a: 1 }),
      }[command]!;
      expect(isOutage(await failing(command, { errorCode: 10107 }, work))).toBe(true);
    },
  );

  it('writes that are not in the journals of a majority are not taken for those that are there already', async () => {
    // Everything is there already, and the answer is that nobody knows for how long.
    const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' };
    const again = () => writeStep(store, 'only', 2);
    expect(await failing('update', { writeConcernError }, again, 1)).not.toBeNull();
    expect(await failing('update', {}, again)).toBeNull();
  });

  it('a user who may not set up the database is told so by name', async () => {
    const { database } = connection;
    const work = () => setUp(() => database.collection('some').createIndex({ b: 1 }));
    const error = await failing('createIndexes', { errorCode: 13 }, work);
    expect(error).toBeInstanceOf(EngineUnavailable);
    expect((error as Error).message).toMatch(/^MONGODB_URL: this user may not .* readWrite and dbAdmin/);
  });
});

describeOnMongoServer('MongoDB that is set up otherwise', (executable) => {
  it('one that stands alone serves, is warned of, and is found by the doctor', async () => {
    const server = await MongoServerProcess.start(executable, undefined, ['--standalone']);
    const lines: string[] = [];
    const told = createLogger({ logLevel: 'warn' }, { write: (line) => lines.push(line) });
    try {
      const connection = await connectMongo({ url: server.url, logger: told, patienceMs: 500 });
      const store = await MongoReadStore.forWriter(connection.database, 1);
      for (let at = 1; at <= 3; at += 1) await writeStep(store, 'only', at);
      await connection.close();
      expect(lines.join()).toMatch(/MONGODB_URL: MongoDB stands alone/);
      expect(await checkMongoDb(server.url, null)).toContainEqual(
        expect.objectContaining({ state: 'warning', text: 'stands alone' }),
      );
    } finally {
      await server.dispose();
    }
  });

  it('one with users lets in who has the password, and shows none', async () => {
    const server = await MongoServerProcess.start(executable);
    try {
      const open = await MongoConnection.open({ url: server.url });
      const user = { createUser: 'shop', pwd: 'p@ss:word/77', roles: ['root'] };
      await open.database.client.db('admin').command(user);
      await open.close();
      await server.kill();
      await server.start(['--auth']);
      const urlFor = (password: string): string =>
        `${server.url.replace('//', `//shop:${encodeURIComponent(password)}@`)}/shop?authSource=admin`;
      const connection = await connectMongo({ url: urlFor('p@ss:word/77'), logger, patienceMs: 500 });
      expect(connection.database.databaseName).toBe('shop');
      await connection.close();
      const refused = connectMongo({ url: urlFor('hunter2'), logger, patienceMs: 500 });
      const error: Error = await refused.then(
        () => new Error('it was let in'),
        (thrown: Error) => thrown,
      );
      expect(error.message).toMatch(/^MONGODB_URL: authentication failed/i);
      expect(`${error.stack} ${String(error.cause)}`).not.toContain('hunter2');
    } finally {
      await server.dispose();
    }
  });
});
