import { type EventStore, MAX_READ_EVENTS, type RecordedEvent } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { NoSnapshots, type Snapshot, SnapshotStore } from '../snapshots/snapshot-store.js';
import { StreamLoader } from './stream-loader.js';

const PAGES = 20_000;

/** A full page, of events that cost nothing to look at. */
const fullPage = (): RecordedEvent[] =>
  ({ length: MAX_READ_EVENTS, at: () => undefined, *[Symbol.iterator]() {} }) as unknown as RecordedEvent[];

/** A store that answers so many pages of a stream at once. */
function storeOf(pages: number): { store: Pick<EventStore, 'readStream'>; asked: number[] } {
  const asked: number[] = [];
  const readStream = (_: string, { from = 0 } = {}): RecordedEvent[] => {
    asked.push(from);
    return asked.length > pages ? [] : fullPage();
  };
  return { store: { readStream }, asked };
}

const Count: Aggregate<number, DomainEvent> = {
  category: 'count',
  stateVersion: 1,
  initial: 0,
  evolve: (state) => state + 1,
};

it.each([
  ['loads', (loader: StreamLoader) => loader.load(Count, 's')],
  [
    'reads the history of',
    (loader: StreamLoader) => loader.history(Count, 's', 0, PAGES * MAX_READ_EVENTS + 1),
  ],
])('%s a stream of tens of millions of events', (_, use) => {
  const { store, asked } = storeOf(PAGES);
  expect(use(new StreamLoader(store as EventStore, new NoSnapshots()))).toBeDefined();
  expect(asked).toHaveLength(PAGES + 1);
  expect(asked.at(-1)).toBe(PAGES * MAX_READ_EVENTS);
});

const timeOf = (revision: number): number => Date.UTC(2026, 0, 1) + revision;
const event = (revision: number): RecordedEvent =>
  ({
    id: `e${revision}`,
    type: 'Counted',
    revision,
    data: Buffer.from(JSON.stringify({ revision })),
    metadata: Buffer.from(JSON.stringify({ schema: 1, at: new Date(timeOf(revision)).toISOString() })),
  }) as unknown as RecordedEvent;

/** A stream of so many events in a store that answers at once, or later as a server does. */
function streamOf(length: number, isServer: boolean): EventStore {
  const readStream = (_: string, { from = 0, limit = MAX_READ_EVENTS } = {}) => {
    const count = Math.max(0, Math.min(limit, MAX_READ_EVENTS, length - from));
    const events = Array.from({ length: count }, (_, at) => event(from + at));
    return isServer ? Promise.resolve(events) : events;
  };
  return { readStream } as unknown as EventStore;
}

const Counting: typeof Count = {
  ...Count,
  snapshot: { parts: (state) => state, encode: (state) => state, decode: (json: number) => json },
};
class Kept extends SnapshotStore {
  constructor(private readonly snapshot: Snapshot) {
    super();
  }
  load = () => this.snapshot;
  save(): void {}
}

describe.each([
  ['at once', false],
  ['later', true],
])('a store that answers %s', (_, isServer) => {
  const MORE = 2 * MAX_READ_EVENTS + 5;

  it('has its streams loaded whole', async () => {
    for (const length of [0, 1, MAX_READ_EVENTS, MORE]) {
      const loader = new StreamLoader(streamOf(length, isServer), new NoSnapshots());
      expect(await loader.load(Count, 's')).toMatchObject({
        ...{ state: length, revision: length - 1, durableRevision: length - 1 },
        lastAtMs: length === 0 ? Number.NEGATIVE_INFINITY : timeOf(length - 1),
      });
    }
  });

  it('has exactly the history read that is asked for', async () => {
    const loader = new StreamLoader(streamOf(MORE, isServer), new NoSnapshots());
    for (const [from, to] of [
      [0, 0],
      [3, 4],
      [7, MAX_READ_EVENTS + 9],
      [0, 2 * MAX_READ_EVENTS],
      [MORE - 1, MORE + 100],
    ] as const) {
      const read = await loader.history(Count, 's', from, to);
      const expected = Math.min(to, MORE) - from;
      expect(read).toHaveLength(expected);
      if (expected > 0)
        expect(read.at(-1)).toEqual({ type: 'Counted', data: { revision: from + expected - 1 } });
    }
  });

  it('has what follows a snapshot read, and takes time and place of its last event where nothing does', async () => {
    for (const more of [0, 1, MAX_READ_EVENTS]) {
      const snapshot = { revision: 9, event: 'e9', lastAtMs: timeOf(0), state: 10 };
      const loader = new StreamLoader(streamOf(10 + more, isServer), new Kept(snapshot));
      expect(await loader.load(Counting, 's')).toMatchObject({
        ...{ state: 10 + more, revision: 9 + more, durableRevision: 9 + more },
        ...{ lastAtMs: timeOf(9 + more), snapshotRevision: 9, snapshotParts: 10 },
      });
    }
  });

  it('has a stream loaded from its start where the log ends before the snapshot', async () => {
    const snapshot = { revision: 9, event: 'e9', lastAtMs: timeOf(9), state: 10 };
    const loader = new StreamLoader(streamOf(9, isServer), new Kept(snapshot));
    expect(await loader.load(Counting, 's')).toMatchObject({ state: 9, revision: 8, snapshotRevision: -1 });
  });

  it('whose clock was behind: the time is that of the snapshot', async () => {
    const snapshot = { revision: 9, event: 'e9', lastAtMs: timeOf(5000), state: 10 };
    const loader = new StreamLoader(streamOf(10, isServer), new Kept(snapshot));
    expect(await loader.load(Counting, 's')).toMatchObject({ lastAtMs: timeOf(5000) });
  });
});
