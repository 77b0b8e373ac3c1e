import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { Sequencer } from '../../execution/sequencer.js';
import { systemContext } from '../../execution/system-context.js';
import type { Transaction, Work } from '../../execution/transaction.js';
import type { Aggregate, DomainEvent } from '../../kernel/aggregate.js';
import { SystemIds } from '../../kernel/ids.js';
import { NoSnapshots } from '../../snapshots/snapshot-store.js';
import {
  type EventStore,
  type EventStoreError,
  type ReadOptions,
  type StreamAppend,
} from '../event-store.js';
import { logKey } from './layout.js';
import { type LogEnvironment, openLogEnvironment } from './log-environment.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';

type Added = DomainEvent<'Added', { readonly amount: number }>;
const Counter: Aggregate<number, Added> = {
  category: 'counter',
  stateVersion: 1,
  initial: 0,
  evolve: (total, event) => total + event.data.amount,
};
const add =
  (id: string, amount: number) =>
  (tx: Transaction): void =>
    void tx.append(Counter, id, [{ type: 'Added', data: { amount } }]);
/** Decides on one stream, and appends to another. */
const copy =
  (from: string, to: string) =>
  (tx: Transaction): void =>
    add(to, tx.load(Counter, from))(tx);

const ids = new SystemIds();
let directory: string;
let environment: LogEnvironment;
let reader: LogReader;
let writer: LogWriter;
let sequencer: Sequencer;
/** What the next commit waits for before it fails. */
let full: Promise<void> | null;
let hasRoom: boolean;

/** The log, whose next commit may meet a full disk. */
const failing = (log: LogEnvironment['log']): LogEnvironment['log'] =>
  new Proxy(log, {
    get: (target, name) => {
      if (name !== 'ifVersion') return (Reflect.get(target, name) as () => unknown).bind(target);
      return async (...args: Parameters<typeof log.ifVersion>) => {
        const until = full;
        if (!until || (args[0] as Buffer).equals(logKey(0))) return target.ifVersion(...args);
        full = null;
        await until;
        const commitError = Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
        commitError.catch(() => undefined);
        throw Object.assign(new Error('Commit failed'), { commitError });
      };
    },
  });

beforeEach(() => {
  [full, hasRoom] = [null, true];
  directory = mkdtempSync(join(tmpdir(), 'keyforge-full-'));
  environment = openLogEnvironment(directory, 1024 ** 3);
  reader = new LogReader(environment);
  writer = new LogWriter({
    environment: { ...environment, log: failing(environment.log) },
    reader,
    maxCachedHeads: 100,
    room: { has: () => hasRoom, count: () => undefined },
    onStored: () => environment.root.resetReadTxn(),
    onFatal: (error) => {
      throw error;
    },
  });
  const store = {
    atomicBatches: true,
    append: (batch: readonly StreamAppend[]) => writer.append(batch),
    readStream: (stream: string, options?: ReadOptions) => reader.readStream(stream, options),
  } as unknown as EventStore;
  const clock = new ManualClock();
  sequencer = new Sequencer({ store, clock, ids, namespace: 'kf', snapshots: new NoSnapshots() });
});
afterEach(async () => {
  await writer.close();
  await environment.root.close();
  rmSync(directory, { recursive: true });
});

const run = (work: Work<void>): Promise<string> =>
  sequencer.run(systemContext(ids, 'test'), work).then(
    () => 'stored',
    (error: EventStoreError) => error.code,
  );

const totals = async (): Promise<number[]> => {
  await turn();
  const read = (id: string): Promise<number> =>
    sequencer.run(systemContext(ids, 'test'), (tx) => tx.load(Counter, id));
  return Promise.all([read('price'), read('sale')]);
};

/** Goes on at once where it is refused, by a decision on the price. */
const thenCopy = (work: Work<void>): Promise<unknown> =>
  sequencer.run(systemContext(ids, 'test'), work).catch(() => run(copy('price', 'sale')));

it('stores nothing that was decided on what a full disk has just refused', async () => {
  await run(add('price', 1));
  let fail = (): void => undefined;
  full = new Promise((resolve) => {
    fail = resolve;
  });
  const others = [thenCopy(add('a', 1))];
  const refused = run(add('price', 100));
  for (const id of ['b', 'c']) {
    others.push(thenCopy(add(id, 1)));
    await turn();
  }
  fail();
  // Those that come while that is looked into are refused as well.
  for (let tick = 0; tick < 30; tick += 1) {
    others.push(thenCopy(add('d', 1)));
    await null;
  }
  expect(await refused).toBe('StorageFull');
  await Promise.all(others);
  const [price, sale] = await totals();
  expect([price, sale! < 100]).toEqual([1, true]);
  expect(await run(copy('price', 'sale'))).toBe('stored');
});

it('nor on what it refused before there was room again, a moment later', async () => {
  await run(add('price', 1));
  hasRoom = false;
  const refused = run(add('price', 100));
  hasRoom = true;
  await run(copy('price', 'sale'));
  expect(await refused).toBe('StorageFull');
  expect(await totals()).toEqual([1, 0]);
  expect(await run(copy('price', 'sale'))).toBe('stored');
  expect(await totals()).toEqual([1, 1]);
});
