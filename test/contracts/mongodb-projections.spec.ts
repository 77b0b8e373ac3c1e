import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { MongoConnection } from '../../src/platform/mongodb/mongo-connection.js';
import { type AnyProjection, collectionName } from '../../src/platform/projections/projection.js';
import { ProjectionRunner } from '../../src/platform/projections/projection-runner.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { MongoReadStore } from '../../src/platform/read-store/mongodb/mongo-read-store.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { MongoServerProcess } from '../support/mongodb/server-process.js';
import { describeOnMongoDb, describeOnMongoServer } from '../support/mongodb/test-databases.js';
import { type TotalDocument, totals } from '../support/totals.js';

const STREAMS = 10;
const EVENTS_EACH = 20;
const DOCUMENTS = STREAMS * (EVENTS_EACH + 1);
const SUM = (EVENTS_EACH * (EVENTS_EACH - 1)) / 2;
const PATIENCE_MS = 30_000;

const metadata = Buffer.from(
  JSON.stringify({
    schema: 1,
    actor: { kind: 'system', id: 'x' },
    surface: 'test',
    at: '2026-01-01T00:00:00.000Z',
  }),
);

/** Adds one event to each stream. */
async function appendRound(events: MemoryEventStore, round: number): Promise<void> {
  const data = Buffer.from(JSON.stringify({ by: round }));
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const event = { id: randomUUID(), type: 'Added', data, metadata };
    await events.append([{ stream: `kf.total-${stream}`, expectedRevision: round - 1, events: [event] }]);
  }
}

/** A worker that folds the log into a database, as the holder of a token. */
async function startWorker(
  events: MemoryEventStore,
  database: Db,
  token: number,
  projection: AnyProjection = totals,
) {
  const documents = await MongoReadStore.forWriter(database, token);
  const models = new ReadModels(documents);
  const errors: unknown[] = [];
  const runner = new ProjectionRunner({
    ...{ events, documents, models, projections: [projection], upcasters: new Map(), namespace: 'kf' },
    batchEvents: 25,
    onError: (error) => void errors.push(error),
  });
  await runner.start();
  return { runner, models, errors };
}

const sumsOf = async (models: ReadModels): Promise<number[]> => {
  const sums = await models.find<TotalDocument>('totals', { filter: { events: { $gt: 1 } } });
  return sums.map(({ total }) => total);
};

const collectionsOf = async (database: Db): Promise<string[]> => {
  const found = await database.listCollections({}, { nameOnly: true }).toArray();
  return found.flatMap(({ name }) => (name.startsWith('read.') ? [name] : []));
};

describeOnMongoDb('read models on MongoDB', (databases) => {
  it('follow the log, are folded anew beside the old ones, and swapped by the manifest', async () => {
    const database = databases.make();
    const events = new MemoryEventStore();
    for (let round = 0; round < EVENTS_EACH / 2; round += 1) await appendRound(events, round);
    const first = await startWorker(events, database, 1);
    for (let round = EVENTS_EACH / 2; round < EVENTS_EACH; round += 1) await appendRound(events, round);
    expect(await first.models.waitFor(events.headPosition(), PATIENCE_MS)).toBe(true);
    expect(await sumsOf(first.models)).toEqual(Array.from({ length: STREAMS }, () => SUM));
    expect(await first.runner.verify('totals')).toMatchObject({ documents: DOCUMENTS, differing: 0 });
    await first.runner.stop();
    const before = collectionName(totals, 1);
    expect(await collectionsOf(database)).toEqual([`read.${before}.t1`]);

    const changed = { ...totals, version: 2, indexes: [['events']] };
    const second = await startWorker(events, database, 2, changed);
    const after = collectionName(changed, 2);
    // Readers see the old documents until the new ones are whole.
    while (
      (await collectionsOf(database)).length < 2 ||
      (await second.runner.status()).rebuilding.length > 0
    ) {
      expect(await second.models.count('totals')).toBe(DOCUMENTS);
      await delay(20);
    }
    expect(await sumsOf(second.models)).toEqual(Array.from({ length: STREAMS }, () => SUM));
    await second.runner.stop();
    const third = await startWorker(events, database, 3, changed);
    expect(await collectionsOf(database)).toEqual([`read.${after}.t2`]);
    expect(await third.models.count('totals')).toBe(DOCUMENTS);
    await third.runner.stop();
    expect([...first.errors, ...second.errors, ...third.errors]).toEqual([]);
  });
});

describeOnMongoServer('read models on a server that fails', (executable) => {
  let server: MongoServerProcess;
  let connection: MongoConnection;

  beforeEach(async () => {
    server = await MongoServerProcess.start(executable);
    connection = await MongoConnection.open({ url: server.url, awayMs: 5_000 });
  });
  afterEach(async () => {
    await connection.close();
    await server.dispose();
  });

  it('kill -9 while they follow the log leaves them as if it never was', async () => {
    const events = new MemoryEventStore();
    const { runner, models } = await startWorker(events, connection.database, 1);
    for (let round = 0; round < EVENTS_EACH; round += 1) {
      await appendRound(events, round);
      if (round % 6 !== 5) continue;
      await server.kill();
      await server.start();
    }
    expect(await models.waitFor(events.headPosition(), PATIENCE_MS)).toBe(true);
    expect(await sumsOf(models)).toEqual(Array.from({ length: STREAMS }, () => SUM));
    expect(await runner.verify('totals')).toMatchObject({ documents: DOCUMENTS, differing: 0 });
    await runner.stop();
  });
});
