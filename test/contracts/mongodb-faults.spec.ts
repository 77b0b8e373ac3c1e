import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { RememberedRequest } from '../../src/platform/idempotency/idempotency-store.js';
import { MongoIdempotencyStore } from '../../src/platform/idempotency/mongodb/mongo-idempotency-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { MongoKeyStore } from '../../src/platform/key-store/mongodb/mongo-key-store.js';
import { MongoConnection } from '../../src/platform/mongodb/mongo-connection.js';
import { MongoReadStore } from '../../src/platform/read-store/mongodb/mongo-read-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { MongoWorkerLease } from '../../src/platform/worker-lease/mongodb/mongo-worker-lease.js';
import { MongoServerProcess } from '../support/mongodb/server-process.js';
import { describeOnMongoServer } from '../support/mongodb/test-databases.js';
import { SHORT_TIMINGS, STEPS, type Step, writeStep } from '../support/mongodb/worker-steps.js';

const KILLS = 4;
const WRITERS = 4;

/**
 * Carries out one step after the other until told to end. One that fails is done again until it is done, also
 * after the end: a write that broke off may have left its documents without their checkpoint.
 * @returns how many are done
 */
async function repeat(isOver: () => boolean, step: (index: number) => Promise<void>): Promise<number> {
  let done = 0;
  let isBroken = false;
  while (isBroken || !isOver()) {
    try {
      await step(done);
      done += 1;
      isBroken = false;
    } catch {
      isBroken = true;
      await delay(20);
    }
  }
  return done;
}

const request = (attemptId: string): RememberedRequest => ({
  fingerprint: 'f',
  attemptId,
  begunAtMs: 1_000,
  after: '17',
  upTo: null,
  answer: null,
});

describeOnMongoServer('MongoDB that fails', (executable) => {
  let server: MongoServerProcess;
  let connection: MongoConnection;

  beforeEach(async () => {
    server = await MongoServerProcess.start(executable);
    connection = await MongoConnection.open({ url: server.url, awayMs: 2_000 });
  });
  afterEach(async () => {
    await connection.close();
    await server.dispose();
  });

  const killUnderLoad = async (): Promise<void> => {
    for (let round = 0; round < KILLS; round += 1) {
      await delay(300 + Math.random() * 300);
      await server.kill();
      await server.start();
    }
    await delay(300);
  };

  it('kill -9 loses no document behind a checkpoint, and the store goes on by itself', async () => {
    const store = await MongoReadStore.forWriter(connection.database, 1);
    let isOver = false;
    const writing = repeat(
      () => isOver,
      (index) => writeStep(store, 'only', index + 1),
    );
    await killUnderLoad();
    isOver = true;
    const last = await writing;
    expect(last).toBeGreaterThan(KILLS);
    expect(await store.readCheckpoint('live')).toEqual({ writer: 'only', at: last });
    expect(await store.count(STEPS.name)).toBe(last + 1);
    for (let at = 1; at <= last; at += 1) {
      expect(await store.get<Step>(STEPS.name, `only-${at}`)).toEqual({
        _id: `only-${at}`,
        writer: 'only',
        at,
      });
    }
  });

  it('kill -9 loses no data key and no idempotency key', async () => {
    const keys = await MongoKeyStore.open(connection.database, MasterKey.generate(), new SystemIds());
    const requests = await MongoIdempotencyStore.open(connection.database);
    const made = new Map<string, string>();
    const claimed = new Set<string>();
    let isOver = false;
    const writing = Array.from({ length: WRITERS }, (_, writer) =>
      repeat(
        () => isOver,
        async (index) => {
          const name = `${writer}-${index}`;
          const { id } = await keys.obtain(name);
          if (!made.has(name)) made.set(name, id);
          await requests.claim(name, request(`first ${name}`));
          claimed.add(name);
        },
      ),
    );
    await killUnderLoad();
    isOver = true;
    await Promise.all(writing);
    expect(claimed.size).toBeGreaterThan(WRITERS * KILLS);
    for (const [scope, id] of made) {
      expect((await keys.obtain(scope)).id).toBe(id);
      expect(await keys.find(id)).not.toBeNull();
    }
    for (const key of claimed) {
      expect(await requests.claim(key, request('second'))).toEqual(request(`first ${key}`));
    }
  });

  it('a worker that cannot give a sign stops by itself, and may hold the lease again', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const leases = new MongoWorkerLease(connection.database, { onError, timings: SHORT_TIMINGS });
    const never = new AbortController().signal;
    const first = await leases.acquire(never);
    await server.kill();
    const killed = performance.now();
    await once(first!.lost, 'abort');
    expect(performance.now() - killed).toBeLessThan(SHORT_TIMINGS.takeOverMs);
    const waiting = leases.acquire(never);
    await delay(2 * SHORT_TIMINGS.takeOverMs);
    await server.start();
    const second = await waiting;
    expect(second!.token).toBe(first!.token + 1);
    await second!.release();
  });

  it('a server that is away is told by its absence, not by the password in its URL', async () => {
    const url = 'mongodb://somebody:hunter2@127.0.0.1:1/x';
    const opening = MongoConnection.open({ url, awayMs: 200 });
    const error = await opening.catch((failure: Error) => failure);
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).stack)).not.toContain('hunter2');
    await expect(MongoConnection.open({ url: 'mongodb://u:hunter2@' })).rejects.toThrow(
      'MONGODB_URL cannot be read',
    );
  });
});
