import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { isoTime } from '../kernel/clock.js';
import { SystemIds } from '../kernel/ids.js';
import { type Snapshot, SnapshotStore } from '../snapshots/snapshot-store.js';
import { type AnyAggregate, AuditLog } from './audit-log.js';
import { LogTimes } from './log-times.js';

const STREAM = 'kf.counter-a';
const EVENTS = 1_300;
const ids = new SystemIds();

const Counter: AnyAggregate = {
  category: 'counter',
  stateVersion: 1,
  initial: { total: 0 },
  evolve: (state, event) => ({ total: state.total + event.data.amount }),
  snapshot: { encode: (state) => state, decode: (json) => json },
};

class OneSnapshot extends SnapshotStore {
  constructor(private readonly kept: Snapshot | null) {
    super();
  }
  load(): Snapshot | null {
    return this.kept;
  }
  save(): void {}
}

const store = new MemoryEventStore();

beforeAll(async () => {
  for (let revision = 0; revision < EVENTS; revision += 1) {
    const metadata = Buffer.from(JSON.stringify({ at: isoTime(revision * 10), actor: {} }));
    const events = [{ id: ids.uuid(), type: 'Added', data: Buffer.from('{"amount":1}'), metadata }];
    await store.append([{ stream: STREAM, expectedRevision: revision - 1, events }]);
  }
});

/** Reading begins at the store's first event, as it does where no position is noted yet. */
const auditing = (snapshot: Snapshot | null = null, events = store): AuditLog =>
  new AuditLog({
    times: new LogTimes(),
    events,
    snapshots: new OneSnapshot(snapshot),
    namespace: 'kf',
    aggregates: [Counter],
  });
const totalAt = async (revision: number, snapshot: Snapshot | null = null): Promise<unknown> =>
  (await auditing(snapshot).stateAt(STREAM, revision)).state;

it('a state is folded up to its revision and no further', async () => {
  for (const revision of [0, 499, 500, EVENTS - 1]) {
    expect(await totalAt(revision)).toEqual({ total: revision + 1 });
  }
});

it('a snapshot saves the events before it, unless it is newer than what is asked for', async () => {
  const [last] = store.readStream(STREAM, { from: 999, limit: 1 });
  const snapshot = { revision: 999, event: last!.id, lastAtMs: 0, state: { total: 5_000 } };
  expect(await totalAt(1_000, snapshot)).toEqual({ total: 5_001 });
  expect(await totalAt(998, snapshot)).toEqual({ total: 999 });
  expect(await totalAt(1_000, { ...snapshot, event: 'of another log' })).toEqual({ total: 1_001 });
});

it('a time leads to the last revision at or before it', async () => {
  const log = auditing();
  expect(await Promise.all([-1, 0, 9, 10, 12_985, 99_999].map((at) => log.revisionAt(STREAM, at)))).toEqual([
    -1, 0, 0, 1, 1_298, 1_299,
  ]);
});

it('a time leads past what was recorded while the clock was ahead', async () => {
  const other = new MemoryEventStore();
  for (const [revision, time] of [10, 20, 9_000, 9_010, 30, 40].entries()) {
    const metadata = Buffer.from(JSON.stringify({ at: isoTime(time), actor: {} }));
    const events = [{ id: ids.uuid(), type: 'Added', data: Buffer.from('{"amount":1}'), metadata }];
    await other.append([{ stream: STREAM, expectedRevision: revision - 1, events }]);
  }
  const log = auditing(null, other);
  expect(await Promise.all([15, 29, 30, 45].map((at) => log.revisionAt(STREAM, at)))).toEqual([0, 1, 4, 5]);
});

it.each([
  ['a long stream', { stream: STREAM, upTo: 10_000n }, 700],
  ['the whole log', { upTo: 10_000n }, 100],
])(
  '%s is searched page by page from a position, however far from where reading begins',
  async (_, filter, limit) => {
    const found: number[] = [];
    let after = 0n;
    for (let isEnd = false; !isEnd && found.length <= EVENTS; ) {
      const page = await auditing().search(filter, after, limit);
      expect(page.after).toBeGreaterThan(after);
      found.push(...page.events.map(({ revision }) => revision));
      ({ after, isEnd } = page);
    }
    expect(found).toEqual(Array.from({ length: EVENTS }, (_, revision) => revision));
  },
);
