import { PROJECTIONS } from '../../projections/all.js';
import type { OrderEvent } from '../../src/contexts/ordering/index.js';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { type AnyProjection, defineProjection } from '../../src/platform/projections/projection.js';
import { ProjectionRunner } from '../../src/platform/projections/projection-runner.js';
import { MANIFEST_KEY, type Manifest, ReadModels } from '../../src/platform/projections/read-models.js';
import type { RebuildProgress } from '../../src/platform/projections/rebuild.js';
import type { ReadDocument, ReadStore } from '../../src/platform/read-store/read-store.js';
import { startTestApp } from '../support/app.js';
import { type Cut, CutReadStore, EVERY_CUT } from '../support/cut-read-store.js';
import { PagedLog } from '../support/paged-log.js';
import { TemporaryReadStores } from '../support/temporary-read-store.js';
import { SELLING_SETTINGS, sellSome } from './sell-some.js';

/** Orders that are not settled: documents that come and go. */
const openOrders = defineProjection<ReadDocument, OrderEvent>({
  name: 'open-orders',
  version: 1,
  indexes: [],
  handles: { order: ['OrderClaimed', 'OrderConfirmed', 'OrderRefused'] },
  keysOf: (event) => event.id,
  evolve: (_, event, id) => (event.type === 'OrderClaimed' ? { _id: id } : null),
});

const TESTED: readonly AnyProjection[] = [
  openOrders,
  ...PROJECTIONS.filter(({ name }) => ['orders', 'keys', 'balances'].includes(name)),
];
/** In one pass, and by itself. */
const REBUILT = [['orders', 'open-orders'], ['open-orders']];
/** So few that one purchase falls into two batches. */
const BATCH_EVENTS = 9;
/** Other limits than the first process had: what it stored lies in the midst of the next one's batches. */
const NEXT_BATCH_EVENTS = 14;
const WAIT_MS = 5_000;

const stores = new TemporaryReadStores();
let events: RecordedEvent[];
let head: bigint;
let expected: string;

/** A runner on a store, as one process has it. */
class Run {
  readonly models: ReadModels;
  readonly runner: ProjectionRunner;

  constructor(documents: ReadStore, batchEvents = BATCH_EVENTS) {
    this.models = new ReadModels(documents);
    this.runner = new ProjectionRunner({
      events: new PagedLog(events, batchEvents),
      documents,
      models: this.models,
      projections: TESTED,
      upcasters: new Map(),
      namespace: 'kf',
      onError: () => undefined,
      batchEvents,
    });
  }

  async catchUp(): Promise<void> {
    await this.runner.start();
    if (!(await this.models.waitFor(head, WAIT_MS))) throw new Error('it does not catch up');
  }

  /** All that a process does with its store: follow the log, build anew, compare. */
  async everything(): Promise<void> {
    await this.catchUp();
    const readMeanwhile: Promise<string>[] = [];
    for (const names of REBUILT) {
      await this.runner.rebuild(names, () => {
        const read = this.documents();
        // A run that was cut is waited for no longer, and its store is closed under this.
        read.catch(() => undefined);
        readMeanwhile.push(read);
      });
    }
    for (const documents of await Promise.all(readMeanwhile)) {
      if (documents !== expected) throw new Error('readers did not see the old documents during a rebuild');
    }
    await this.runner.verify('orders');
  }

  async documents(): Promise<string> {
    const all = [];
    for (const { name } of TESTED) all.push([name, await this.models.find(name, { sort: { _id: 1 } })]);
    return JSON.stringify(all);
  }
}

beforeAll(async () => {
  const app = await startTestApp({ settings: SELLING_SETTINGS });
  await sellSome(app);
  events = await app.engines.events.readAll(0n);
  await app.close();
  head = events.at(-1)!.position;
  const fresh = new Run(stores.open('fresh'));
  await fresh.catchUp();
  expected = await fresh.documents();
  await fresh.runner.stop();
});
afterAll(() => stores.remove());

/** Runs until the store's process ends at its n-th change, then anew. @returns whether it came so far. */
async function endAt(change: number, how: Cut): Promise<boolean> {
  const name = `${change} ${how}`;
  const store = stores.open(name);
  const cutStore = new CutReadStore(store, change, how);
  const ended = new Run(cutStore);
  await Promise.race([ended.everything().catch(() => undefined), cutStore.cut]);
  await ended.runner.stop();
  await stores.close(store);
  if (!cutStore.wasCut) return false;
  if (!cutStore.couldBeCut) return true;
  const again = stores.open(name);
  const next = new Run(again, NEXT_BATCH_EVENTS);
  await next.everything();
  const documents = await next.documents();
  await next.runner.stop();
  await stores.close(again);
  if (documents !== expected)
    throw new Error(`ended at change ${change} with ${how}, other documents came out`);
  return true;
}

it.each(EVERY_CUT)(
  'whatever change a process ends at, with %s of it stored, the next one gets to the documents of a fresh fold',
  async (how) => {
    let changes = 0;
    while (await endAt(changes, how)) changes += 1;
    expect(changes).toBeGreaterThan(30);
  },
);

it('a rebuild that stopped half way goes on right, wherever another one in between was ended', async () => {
  let wasCut = true;
  for (let change = 0; wasCut; change += 1) {
    const name = `displaced ${change}`;
    const store = stores.open(name);
    const stopped = new Run(store);
    await stopped.catchUp();
    const stopHalfWay = ({ position }: RebuildProgress): void => {
      if (position * 2n > head) void stopped.runner.stop();
    };
    await expect(stopped.runner.rebuild(REBUILT[0]!, stopHalfWay)).rejects.toThrow('stopped');
    const cutStore = new CutReadStore(store, change, 'everything');
    const between = new Run(cutStore);
    const rebuilt = between.catchUp().then(() => between.runner.rebuild(REBUILT[1]!));
    await Promise.race([rebuilt.catch(() => undefined), cutStore.cut]);
    await between.runner.stop();
    wasCut = cutStore.wasCut;
    await stores.close(store);
    const again = stores.open(name);
    const next = new Run(again);
    await next.catchUp();
    await next.runner.rebuild(REBUILT[0]!);
    expect(await next.documents()).toBe(expected);
    await next.runner.stop();
    await stores.close(again);
  }
});

it('the whole log delivered again changes no document', async () => {
  const store = stores.open('again');
  const first = new Run(store);
  await first.everything();
  await first.runner.stop();
  const manifest = (await store.readCheckpoint(MANIFEST_KEY)) as Manifest;
  const value: Manifest = { ...manifest, position: '0' };
  await store.write({ position: 0n, writes: [], checkpoint: { key: MANIFEST_KEY, value } });
  const twice = new Run(store, NEXT_BATCH_EVENTS);
  await twice.catchUp();
  expect(await twice.documents()).toBe(expected);
  await twice.runner.stop();
});

it('a comparison finds every kind of difference', async () => {
  const store = stores.open('damaged');
  const run = new Run(store);
  await run.catchUp();
  const [one, other] = await run.models.find<ReadDocument>('orders', { sort: { _id: 1 } });
  const { collections } = (await store.readCheckpoint(MANIFEST_KEY)) as Manifest;
  const damage: [string, ReadDocument | null][] = [
    [String(one!._id), null],
    [String(other!._id), { ...other!, amount: '1' } as ReadDocument],
    ['nobody', { _id: 'nobody' }],
  ];
  await store.write({
    position: head + 1n,
    writes: [{ collection: collections.orders!, documents: new Map(damage) }],
    checkpoint: { key: 'damage', value: null },
  });
  const { differing, differences, documents } = await run.runner.verify('orders');
  expect([differing, documents]).toEqual([3, 3]);
  expect(differences.toSorted((a, b) => (a.problem < b.problem ? -1 : 1))).toEqual([
    { id: other!._id, problem: 'different' },
    { id: 'nobody', problem: 'extra' },
    { id: one!._id, problem: 'missing' },
  ]);
  await run.runner.rebuild(['orders']);
  expect((await run.runner.verify('orders')).differing).toBe(0);
  expect(await run.documents()).toBe(expected);
  await run.runner.stop();
});
