import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { StoreUnavailable } from '../../src/platform/kernel/store-unavailable.js';
import { MongoReadStore } from '../../src/platform/read-store/mongodb/mongo-read-store.js';
import {
  type LeaseDocument,
  MongoWorkerLease,
} from '../../src/platform/worker-lease/mongodb/mongo-worker-lease.js';
import { type HeldLease, LeaseLost } from '../../src/platform/worker-lease/worker-lease.js';
import { describeOnMongoDb } from '../support/mongodb/test-databases.js';
import { SHORT_TIMINGS, STEPS, type Step, writeStep } from '../support/mongodb/worker-steps.js';

const never = new AbortController().signal;

describeOnMongoDb('the lease of the worker on MongoDB', (databases) => {
  let database: Db;
  const held: HeldLease[] = [];

  const leaseOf = (on = database) =>
    new MongoWorkerLease(on, {
      onError: (error) => {
        throw error;
      },
      timings: SHORT_TIMINGS,
    });
  const acquire = async (stop = never): Promise<HeldLease> => {
    const lease = await leaseOf().acquire(stop);
    held.push(lease!);
    return lease!;
  };

  beforeEach(async () => {
    database = databases.make();
  });
  afterEach(async () => {
    for (const lease of held.splice(0)) await lease.release();
  });

  it('has one holder, however many ask at once', async () => {
    const stop = new AbortController();
    const asking = Array.from({ length: 8 }, () => leaseOf().acquire(stop.signal));
    const first = await Promise.race(asking);
    held.push(first!);
    await delay(2 * SHORT_TIMINGS.takeOverMs);
    stop.abort();
    const leases = await Promise.all(asking);
    expect(leases.filter((lease) => lease !== null)).toEqual([first]);
    expect(first!.lost.aborted).toBe(false);
  });

  it('goes to the next at once when it is released, with a greater token', async () => {
    const first = await acquire();
    const waiting = acquire();
    await first.release();
    const started = performance.now();
    expect((await waiting).token).toBe(first.token + 1);
    expect(performance.now() - started).toBeLessThan(SHORT_TIMINGS.takeOverMs);
    expect(first.lost.aborted).toBe(false);
  });

  it('is not taken by somebody who saw it before another took it', async () => {
    const first = await acquire();
    await first.release();
    const leases = database.collection<LeaseDocument>('leases');
    const seen = await leases.findOne();
    const next = await acquire();
    await leaseOf().take(seen, 'late');
    expect(await leases.findOne()).toMatchObject({
      token: next.token,
      holder: expect.not.stringMatching('late'),
    });
  });

  it('is lost by a holder who finds somebody else in it', async () => {
    const first = await acquire();
    await database
      .collection<{ _id: string }>('leases')
      .updateOne({ _id: 'worker' }, { $inc: { token: 1 }, $set: { holder: 'somebody' } });
    if (!first.lost.aborted) await once(first.lost, 'abort');
    expect((await acquire()).token).toBe(first.token + 2);
  });

  /** The database with a driver that never settles some of the calls for the lease. */
  const leaving = (unsettled: (method: string, nth: number) => boolean) => {
    const calls = new Map<string, number>();
    const leases = new Proxy(database.collection('leases'), {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          const nth = (calls.get(String(name)) ?? 0) + 1;
          calls.set(String(name), nth);
          return unsettled(String(name), nth)
            ? new Promise(() => undefined)
            : member.apply(target, parameters);
        };
      },
    });
    return { database: { collection: () => leases } as unknown as Db, calls };
  };

  it('is kept when one sign of life gets no answer', async () => {
    const { database: on, calls } = leaving((method, nth) => method === 'updateOne' && nth === 2);
    const first = await leaseOf(on).acquire(never);
    held.push(first!);
    await delay(2 * SHORT_TIMINGS.holdMs);
    expect(calls.get('updateOne')).toBeGreaterThan(4);
    expect(first!.lost.aborted).toBe(false);
  });

  it.each([
    ['findOne', 1],
    ['insertOne', 1],
    ['updateOne', 1],
    ['findOne', 2],
  ])('is taken although the driver never settles a call: %s, the %dth', async (method, nth) => {
    const { database: on } = leaving((name, count) => name === method && count === nth);
    const errors: unknown[] = [];
    const leases = new MongoWorkerLease(on, {
      onError: (error) => void errors.push(error),
      timings: SHORT_TIMINGS,
    });
    const lease = await leases.acquire(never);
    held.push(lease!);
    expect(errors).toEqual([expect.any(StoreUnavailable)]);
    expect(lease!.lost.aborted).toBe(false);
  });

  it('is given up by whoever gets no answer when he gives it back', async () => {
    const { database: on } = leaving((name, nth) => name === 'updateOne' && nth > 1);
    const lease = await leaseOf(on).acquire(never);
    await expect(lease!.release()).rejects.toBeInstanceOf(StoreUnavailable);
    const next = await acquire();
    expect(next.token).toBe(lease!.token + 1);
  });

  describe('a worker that was replaced', () => {
    const open = async (token: number) => MongoReadStore.forWriter(database, token);
    const everything = (store: MongoReadStore) => store.find<Step>(STEPS.name, { sort: { _id: 1 } });

    it('stores no document, no checkpoint and no collection any more, and drops none', async () => {
      const old = await open(1);
      await writeStep(old, 'old', 1);
      const young = await open(2);
      await writeStep(young, 'young', 2);
      await expect(writeStep(old, 'old', 3)).rejects.toBeInstanceOf(LeaseLost);
      const empty = { position: 9n, writes: [] };
      for (const key of ['live', 'of its own']) {
        const writing = old.write({ ...empty, checkpoint: { key, value: {} } });
        await expect(writing).rejects.toBeInstanceOf(LeaseLost);
      }
      await old.removeCheckpoint('live');
      await expect(old.dropCollection(STEPS.name)).rejects.toBeInstanceOf(LeaseLost);
      const opening = old.openCollection({ name: 'other.v1.1', indexes: [] });
      await expect(opening).rejects.toBeInstanceOf(LeaseLost);
      await expect(open(1)).rejects.toBeInstanceOf(LeaseLost);

      expect((await everything(young)).map(({ _id }) => _id)).toEqual(['old-1', 'shared', 'young-2']);
      expect(await young.readCheckpoint('live')).toEqual({ writer: 'young', at: 2 });
      expect(await young.readCheckpoint('of its own')).toBeNull();
    });

    it('leaves nothing behind in the database when it ended while it made a collection', async () => {
      const old = await open(1);
      await open(2);
      await old.openCollection({ name: 'other.v1.1', indexes: [] }).catch(() => undefined);
      const third = await open(3);
      await third.openCollection({ name: 'other.v1.1', indexes: [['a']] });
      const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map(
        ({ name }) => name,
      );
      expect(names.filter((name) => name.includes('other'))).toEqual(['read.other.v1.1.t3']);
    });

    it.each([1, 2, 3])('does no harm when it was paused in the middle of writing (%s)', async () => {
      const child = new WorkerChild(databases.url, database.databaseName);
      await child.wrote(10);
      await delay(Math.random() * 50);
      child.signal('SIGSTOP');
      const lease = await acquire();
      const store = await open(lease.token);
      await store.openCollection(STEPS);
      // Its documents are deleted, and so long ago that nothing is left to remember them by.
      const theirs = (await everything(store)).filter(({ _id }) => _id !== 'shared');
      const deletions = new Map(theirs.map(({ _id }) => [_id, null]));
      await store.write({
        position: 100_000n,
        writes: [{ collection: STEPS.name, documents: deletions }],
        checkpoint: { key: 'live', value: {} },
      });
      await writeStep(store, 'parent', 100_001);

      child.signal('SIGCONT');
      expect(await child.ended()).toEqual(expect.arrayContaining(['lost', 'refused: LeaseLost']));
      expect((await everything(store)).map(({ _id, writer }) => [_id, writer])).toEqual([
        ['parent-100001', 'parent'],
        ['shared', 'parent'],
      ]);
      expect(await store.readCheckpoint('live')).toEqual({ writer: 'parent', at: 100_001 });
      expect(lease.lost.aborted).toBe(false);
    });
  });
});

/** A worker in a process of its own; see worker-child.ts. */
class WorkerChild {
  private readonly lines: string[] = [];
  private readonly child;
  private readonly exited: Promise<unknown>;

  constructor(url: string, database: string) {
    const support = join(__dirname, '..', 'support');
    const script = join(support, 'mongodb', 'worker-child.ts');
    this.child = spawn(process.execPath, ['-r', join(support, 'register.cjs'), script, url, database], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(this.child.stdout).on('line', (line) => this.lines.push(line));
    this.exited = once(this.child, 'close');
  }

  async wrote(count: number): Promise<void> {
    while (this.lines.filter((line) => line.startsWith('wrote')).length < count) await delay(5);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async ended(): Promise<string[]> {
    await this.exited;
    return this.lines;
  }
}
