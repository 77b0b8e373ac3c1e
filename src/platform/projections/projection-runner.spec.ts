import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { TemporaryReadStores } from '../../../test/support/temporary-read-store.js';
import type { DomainEvent } from '../kernel/aggregate.js';
import { SystemIds } from '../kernel/ids.js';
import type { ReadBatch, ReadDocument, ReadStore } from '../read-store/read-store.js';
import { type Upcasters, upcastersOf } from './fold.js';
import type { ProjectingStatus } from './projecting.js';
import { type AnyProjection, defineProjection } from './projection.js';
import { ProjectionRunner } from './projection-runner.js';
import { ReadModels } from './read-models.js';

type CounterEvent =
  | DomainEvent<'Counted', { readonly by: number }>
  | DomainEvent<'Cleared', Record<string, never>>;

interface Counter extends ReadDocument {
  readonly total: number;
  readonly lastAt: string;
}

const counters = (version = 1, factor = 1): AnyProjection =>
  defineProjection<Counter, CounterEvent>({
    name: 'counters',
    version,
    indexes: [['total']],
    handles: { counter: ['Counted', 'Cleared'] },
    keysOf: (event) => event.id,
    evolve: (counter, event, id) =>
      event.type === 'Cleared'
        ? null
        : { _id: id, total: (counter?.total ?? 0) + event.data.by * factor, lastAt: event.at },
  });

const AT = '2026-01-02T03:04:05.006Z';
const METADATA = Buffer.from(
  JSON.stringify({ schema: 1, actor: { kind: 'system', id: 'x' }, surface: 'test', at: AT }),
);

const stores = new TemporaryReadStores();
afterAll(() => stores.remove());

const ids = new SystemIds();
let names = 0;
let events: MemoryEventStore;
const revisions = new Map<string, number>();

async function append(stream: string, type: string, data: unknown, metadata = METADATA): Promise<bigint> {
  const expectedRevision = revisions.get(stream) ?? -1;
  revisions.set(stream, expectedRevision + 1);
  const id = ids.uuid();
  const event = { id, type, data: Buffer.from(JSON.stringify(data)), metadata };
  const outcome = await events.append([{ stream, expectedRevision, events: [event] }]);
  if (outcome.outcome !== 'appended') throw new Error('refused');
  return outcome.position;
}

const count = (counter: string, by: number): Promise<bigint> =>
  append(`kf.counter-${counter}`, 'Counted', { by });

interface Running {
  readonly documents: ReadStore;
  readonly models: ReadModels;
  readonly runner: ProjectionRunner;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

interface StartOptions {
  readonly tweak?: (batch: ReadBatch) => void;
  readonly upcasters?: Upcasters;
  readonly keepsRetired?: boolean;
}

async function start(
  name: string,
  projections = [counters()],
  { tweak, upcasters = new Map(), keepsRetired = false }: StartOptions = {},
): Promise<Running> {
  const documents = stores.open(name);
  if (tweak) {
    const write = documents.write.bind(documents);
    documents.write = async (batch) => {
      tweak(batch);
      await write(batch);
    };
  }
  const models = new ReadModels(documents);
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const options = {
    events,
    documents,
    models,
    projections,
    upcasters,
    keepsRetired,
    namespace: 'kf',
    onError,
  };
  const runner = new ProjectionRunner(options);
  await runner.start();
  return {
    documents,
    models,
    runner,
    errors,
    stop: async () => {
      await runner.stop();
      await stores.close(documents);
    },
  };
}

const dump = async (models: ReadModels): Promise<string> =>
  JSON.stringify(await models.find('counters', { sort: { _id: 1 } }));

beforeEach(() => {
  events = new MemoryEventStore();
  revisions.clear();
  names += 1;
});
afterEach(() => events.close());

it('folds events into documents, and who waits for a position sees it', async () => {
  const { models, stop } = await start(`${names}`);
  await count('a', 2);
  const position = await count('a', 3);
  expect(await models.waitFor(position, 2000)).toBe(true);
  expect(await models.get('counters', 'a')).toEqual({ _id: 'a', total: 5, lastAt: AT });
  await stop();
});

it('waiting for a position that does not come ends in time', async () => {
  const { models, stop } = await start(`${names}`);
  expect(await models.waitFor(10n ** 12n, 20)).toBe(false);
  await stop();
});

it('the head advances on events that no projection handles', async () => {
  const { models, stop } = await start(`${names}`);
  expect(await models.waitFor(await append('kf.other-1', 'Elsewhere', {}), 2000)).toBe(true);
  await stop();
});

it('events of another namespace are nobody’s', async () => {
  const { models, stop } = await start(`${names}`);
  await append('xx.counter-a', 'Counted', { by: 1 });
  await models.waitFor(await count('b', 1), 2000);
  expect(await models.count('counters')).toBe(1);
  await stop();
});

it('goes on after a restart where it was', async () => {
  const first = await start(`${names}`);
  await first.models.waitFor(await count('a', 1), 2000);
  await first.stop();
  const position = await count('a', 1);
  const second = await start(`${names}`);
  expect(await second.models.waitFor(position, 2000)).toBe(true);
  expect(await second.models.get('counters', 'a')).toMatchObject({ total: 2 });
  await second.stop();
});

it('an event that was stored in an older shape is folded in its current one', async () => {
  const upcasters = upcastersOf([
    {
      category: 'counter',
      upcasters: {
        Counted: (data: { amount: number }, schema: number) => (schema === 1 ? { by: data.amount } : data),
      },
    },
  ]);
  const { models, stop } = await start(`${names}`, [counters()], { upcasters });
  await append('kf.counter-a', 'Counted', { amount: 4 });
  const current = Buffer.from(METADATA.toString().replace('"schema":1', '"schema":2'));
  await models.waitFor(await append('kf.counter-a', 'Counted', { by: 3 }, current), 2000);
  expect(await models.get('counters', 'a')).toMatchObject({ total: 7 });
  await stop();
});

it('a deleted document is gone and can come back', async () => {
  const { models, stop } = await start(`${names}`);
  await count('a', 5);
  await models.waitFor(await append('kf.counter-a', 'Cleared', {}), 2000);
  expect(await models.get('counters', 'a')).toBeNull();
  await models.waitFor(await count('a', 7), 2000);
  expect(await models.get('counters', 'a')).toMatchObject({ total: 7 });
  await stop();
});

it('many events end in the same documents as one fold of all, whatever fails on the way', async () => {
  let calls = 0;
  const tweak = (): void => {
    calls += 1;
    if (calls % 3 === 0) throw new Error('planted');
  };
  const failing = await start(`${names}`, [counters()], { tweak });
  let position = 0n;
  for (let index = 0; index < 2500; index += 1) position = await count(`c${index % 40}`, index);
  expect(await failing.models.waitFor(position, 10_000)).toBe(true);
  const documents = await dump(failing.models);
  expect(failing.errors.length).toBeGreaterThan(0);
  await failing.stop();
  const fresh = await start(`${names}-fresh`);
  await fresh.models.waitFor(position, 10_000);
  expect(await dump(fresh.models)).toBe(documents);
  await fresh.stop();
});

it('a failing read of stored documents loses nothing of them', async () => {
  const first = await start(`${names}`);
  await first.models.waitFor(await count('a', 1), 2000);
  await first.stop();
  const documents = stores.open(`${names}`);
  const load = documents.load.bind(documents);
  let calls = 0;
  documents.load = (...args) => {
    calls += 1;
    if (calls === 1) throw new Error('planted');
    return load(...args);
  };
  const models = new ReadModels(documents);
  const options = {
    events,
    documents,
    models,
    projections: [counters()],
    upcasters: new Map(),
    namespace: 'kf',
  };
  const runner = new ProjectionRunner({ ...options, onError: () => undefined });
  await runner.start();
  expect(await models.waitFor(await count('a', 2), 2000)).toBe(true);
  expect(await models.get('counters', 'a')).toMatchObject({ total: 3 });
  await runner.stop();
  await stores.close(documents);
});

it('a new version is folded beside the old one and swapped in', async () => {
  const old = await start(`${names}`);
  await count('a', 1);
  await old.models.waitFor(await count('b', 2), 2000);
  await old.stop();
  const renewed = await start(`${names}`, [counters(2, 10)]);
  expect(await renewed.models.get('counters', 'b')).toMatchObject({ total: 2 });
  const position = await count('b', 1);
  await renewed.models.waitFor(position, 2000);
  for (let tries = 0; tries < 100; tries += 1) {
    if (((await renewed.models.get('counters', 'b')) as Counter | null)?.total === 30) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await dump(renewed.models)).toContain('"total":30');
  await renewed.models.waitFor(await count('a', 1), 2000);
  expect(await renewed.models.get('counters', 'a')).toMatchObject({ total: 20 });
  await renewed.stop();
  const again = await start(`${names}`, [counters(2, 10)]);
  expect(await again.models.get('counters', 'a')).toMatchObject({ total: 20 });
  expect(again.errors).toEqual([]);
  await again.stop();
});

it('a rebuild on demand, with sales going on, gives the same documents and reports its progress', async () => {
  const { models, runner, stop } = await start(`${names}`);
  for (let index = 0; index < 600; index += 1) await count(`c${index % 7}`, 1);
  const seen: bigint[] = [];
  const rebuilt = runner.rebuild('counters', ({ position }) => seen.push(position));
  let position = 0n;
  for (let index = 0; index < 300; index += 1) position = await count(`c${index % 7}`, 1);
  await rebuilt;
  await models.waitFor(position, 2000);
  const totals = (await models.find<Counter>('counters')).map(({ total }) => total);
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(900);
  expect(seen.length).toBeGreaterThan(0);
  await stop();
});

it('the status shows a rebuild for as long as it runs, and a second one of the same comes after it', async () => {
  const { models, runner, stop } = await start(`${names}`);
  for (let index = 0; index < 599; index += 1) await count(`c${index % 7}`, 1);
  await models.waitFor(await count('c', 1), 2000);
  let shown: ProjectingStatus | Promise<ProjectingStatus> | null = null;
  const steps: string[] = [];
  const rebuilt = runner.rebuild('counters', () => {
    shown ??= runner.status();
    steps.push('first');
  });
  await Promise.all([rebuilt, runner.rebuild('counters', () => steps.push('second'))]);
  expect(steps.lastIndexOf('first')).toBeLessThan(steps.indexOf('second'));
  expect(new Set(steps).size).toBe(2);
  expect(await shown).toMatchObject({ rebuilding: [{ projection: 'counters', events: 0 }] });
  expect((await runner.status()).rebuilding).toEqual([]);
  expect(await models.count('counters')).toBe(8);
  await stop();
});

it('what was swapped out stays for whoever walks it, and goes when nobody can', async () => {
  const countRetired = async ({ documents }: Running): Promise<number> => {
    await documents.openCollection({ name: 'counters.v1.1' });
    return documents.count('counters.v1.1');
  };
  const first = await start(`${names}`);
  await first.models.waitFor(await count('a', 1), 2000);
  await first.runner.rebuild('counters');
  expect(await countRetired(first)).toBe(1);
  await first.stop();
  const restarted = await start(`${names}`, [counters()], { keepsRetired: true });
  expect(await countRetired(restarted)).toBe(1);
  await restarted.stop();
  const next = await start(`${names}`);
  expect(await countRetired(next)).toBe(0);
  expect(await next.models.count('counters')).toBe(1);
  await next.stop();
});

it('nothing moves past an event that cannot be folded, and the error is reported', async () => {
  const broken: AnyProjection = {
    ...counters(),
    evolve: () => {
      throw new Error('cannot fold');
    },
  };
  const { models, errors, stop } = await start(`${names}`, [broken]);
  const position = await count('a', 1);
  expect(await models.waitFor(position, 100)).toBe(false);
  expect(errors[0]).toMatchObject({ message: 'cannot fold' });
  await stop();
});
