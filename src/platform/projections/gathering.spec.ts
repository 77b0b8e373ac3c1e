import { setTimeout as delay } from 'node:timers/promises';
import { counterWorld } from '../../../test/support/counter-world.js';
import type { RecordedEvent } from '../event-store/event-store.js';
import { PAGE_EVENTS } from '../event-store/pull-subscription.js';
import { ProjectionRunner } from './projection-runner.js';
import { ReadModels } from './read-models.js';

jest.mock('node:timers/promises', () => {
  const real = jest.requireActual('node:timers/promises');
  return { ...real, setTimeout: jest.fn(real.setTimeout) };
});

const { name, stores } = counterWorld();
const pausing = jest.mocked(delay);
let nowMs = 1_000;
let models: ReadModels;
let runner: ProjectionRunner;
/** What the subscription calls: resolves when it may bring the next batch. */
let deliver: (events: RecordedEvent[]) => Promise<void>;

beforeEach(async () => {
  pausing.mockReset().mockResolvedValue(undefined as never);
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const documents = stores.open(`gathering ${name}`);
  models = new ReadModels(documents);
  runner = new ProjectionRunner({
    events: {
      headPosition: () => 0n,
      readAll: () => [],
      readStream: () => [],
      subscribe: (_, handler) => {
        deliver = async (events) => handler(events);
        return { close: async () => undefined };
      },
    },
    ...{ documents, models, projections: [], upcasters: new Map(), namespace: 'kf' },
    onError: (error) => {
      throw error;
    },
  });
  await runner.start();
});
afterEach(async () => {
  await runner.stop();
  jest.restoreAllMocks();
});

const NOTHING = Buffer.from('{}');
let position = 0n;
const events = (count: number): RecordedEvent[] =>
  Array.from({ length: count }, () => {
    position += 1n;
    const metadata = Buffer.from('{"at":"2026-01-02T03:04:05.006Z"}');
    return {
      id: `${position}`,
      type: 'Other',
      stream: 'kf.other-1',
      revision: 0,
      position,
      data: NOTHING,
      metadata,
    };
  });
const pauses = () => pausing.mock.calls.map(([ms]) => ms);

it.each([
  ['a few events', 1, 20],
  ['a few less than many', 249, 20],
  ['many', 250, 50],
  ['almost a full read', PAGE_EVENTS - 1, 50],
])('after %s the next batch gathers for its time', async (_, count, ms) => {
  await deliver(events(count));
  expect(pauses()).toEqual([ms]);
});

it('the time runs from the beginning of the batch, so folding is part of it', async () => {
  const folding = deliver(events(1));
  nowMs += 15;
  await folding;
  const long = deliver(events(1));
  nowMs += 25;
  await long;
  expect(pauses()).toEqual([5]);
});

it('a full read means that more is there: nothing is waited for', async () => {
  await deliver(events(PAGE_EVENTS));
  expect(pauses()).toEqual([]);
});

it('who waits for a position is not kept waiting by what gathers', async () => {
  const waiting = models.waitFor(position + 10n, 1_000);
  await deliver(events(1));
  expect(pauses()).toEqual([]);
  await deliver(events(9));
  expect(await waiting).toBe(true);
  expect(pauses()).toEqual([20]);
});

it.each([
  ['somebody begins to wait', () => void models.waitFor(position + 1n, 1)],
  ['it stops', () => void runner.stop()],
])('gathering ends when %s', async (_, happens) => {
  pausing.mockImplementation(jest.requireActual('node:timers/promises').setTimeout);
  const folding = deliver(events(1));
  nowMs -= 60_000;
  for (let turns = 0; turns < 1_000 && pauses().length === 0; turns += 1) await new Promise(setImmediate);
  expect(pauses()).toEqual([60_020]);
  happens();
  await folding;
});
