import { AT, counters, counterWorld, dump, METADATA } from '../../../test/support/counter-world.js';
import type { DomainEvent } from '../kernel/aggregate.js';
import { upcastersOf } from './fold.js';
import type { AnyProjection, Projected } from './projection.js';
import { ProjectionRunner } from './projection-runner.js';
import { ReadModels } from './read-models.js';

const world = counterWorld();
const { append, count, start, stores } = world;

it('folds events into documents, and who waits for a position sees it', async () => {
  const { models, stop } = await start(world.name);
  await count('a', 2);
  const position = await count('a', 3);
  expect(await models.waitFor(position, 2000)).toBe(true);
  expect(await models.get('counters', 'a')).toEqual({ _id: 'a', total: 5, lastAt: AT });
  await stop();
});

it('waiting for a position that does not come ends in time', async () => {
  const { models, stop } = await start(world.name);
  expect(await models.waitFor(10n ** 12n, 20)).toBe(false);
  await stop();
});

it('the head advances on events that no projection handles', async () => {
  const { models, stop } = await start(world.name);
  expect(await models.waitFor(await append('kf.other-1', 'Elsewhere', {}), 2000)).toBe(true);
  await stop();
});

it('events of another namespace are nobody’s', async () => {
  const { models, stop } = await start(world.name);
  await append('xx.counter-a', 'Counted', { by: 1 });
  await models.waitFor(await count('b', 1), 2000);
  expect(await models.count('counters')).toBe(1);
  await stop();
});

it('goes on after a restart where it was', async () => {
  const first = await start(world.name);
  await first.models.waitFor(await count('a', 1), 2000);
  await first.stop();
  const position = await count('a', 1);
  const second = await start(world.name);
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
  const { models, stop } = await start(world.name, [counters()], { upcasters });
  await append('kf.counter-a', 'Counted', { amount: 4 });
  const current = Buffer.from(METADATA.toString().replace('"schema":1', '"schema":2'));
  await models.waitFor(await append('kf.counter-a', 'Counted', { by: 3 }, current), 2000);
  expect(await models.get('counters', 'a')).toMatchObject({ total: 7 });
  await stop();
});

it('an event that lacks what a read model needs is completed from the earlier events of its stream', async () => {
  type Counted = Projected<DomainEvent<'Counted', { readonly by: number }>>;
  const completed: AnyProjection = {
    ...counters(),
    completion: {
      lacks: ({ data }) => !('by' in (data as object)),
      complete: (event, earlier) => {
        const by = (earlier as Counted[]).reduce((sum, { data }) => sum + data.by, 0);
        return { ...event, data: { by } };
      },
    },
  };
  const { models, stop } = await start(world.name, [completed]);
  for (const by of [1, 20]) await count('a', by);
  await count('b', 300);
  await models.waitFor(await append('kf.counter-a', 'Counted', {}), 2000);
  expect(await models.get('counters', 'a')).toMatchObject({ total: 42 });
  await stop();
});

it('a deleted document is gone and can come back', async () => {
  const { models, stop } = await start(world.name);
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
  const failing = await start(world.name, [counters()], { tweak });
  let position = 0n;
  for (let index = 0; index < 2500; index += 1) position = await count(`c${index % 40}`, index);
  expect(await failing.models.waitFor(position, 10_000)).toBe(true);
  const documents = await dump(failing.models);
  expect(failing.errors.length).toBeGreaterThan(0);
  await failing.stop();
  const fresh = await start(`${world.name}-fresh`);
  await fresh.models.waitFor(position, 10_000);
  expect(await dump(fresh.models)).toBe(documents);
  await fresh.stop();
});

it('a failing read of stored documents loses nothing of them', async () => {
  const first = await start(world.name);
  await first.models.waitFor(await count('a', 1), 2000);
  await first.stop();
  const documents = stores.open(world.name);
  const load = documents.load.bind(documents);
  let calls = 0;
  documents.load = (...args) => {
    calls += 1;
    if (calls === 1) throw new Error('planted');
    return load(...args);
  };
  const models = new ReadModels(documents);
  const options = {
    events: world.events,
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

it('nothing moves past an event that cannot be folded, and the error is reported', async () => {
  const broken: AnyProjection = {
    ...counters(),
    evolve: () => {
      throw new Error('cannot fold');
    },
  };
  const { models, errors, stop } = await start(world.name, [broken]);
  const position = await count('a', 1);
  expect(await models.waitFor(position, 100)).toBe(false);
  expect(errors[0]).toMatchObject({ message: 'cannot fold' });
  await stop();
});
