import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../test/support/memory-index-storage.js';
import type { RecordedEvent } from '../event-store/event-store.js';
import { IndexFollower } from '../indexes/index-follower.js';
import { isoTime } from '../kernel/clock.js';
import { SystemIds } from '../kernel/ids.js';
import { LogTimes } from './log-times.js';

const ids = new SystemIds();
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** Refuses to read from a position at which no event is, as a server does. */
class StrictStore extends MemoryEventStore {
  override readAll(after: bigint, limit?: number): RecordedEvent[] {
    const isThere = after === 0n || super.readAll(after - 1n, 1)[0]?.position === after;
    if (!isThere) throw new Error(`${after} is no position`);
    return super.readAll(after, limit);
  }
}

/** A log with one event at each of these milliseconds, and what is noted of it. */
async function logOf(
  times: readonly number[],
): Promise<{ store: StrictStore; log: LogTimes; end(): Promise<void> }> {
  const store = new StrictStore();
  for (const [index, time] of times.entries()) {
    const metadata = Buffer.from(JSON.stringify({ at: isoTime(START + time) }));
    const events = [{ id: ids.uuid(), type: 'Seen', data: Buffer.from('{}'), metadata }];
    await store.append([{ stream: `kf.test-${index}`, expectedRevision: -1, events }]);
  }
  const log = new LogTimes();
  const follower = new IndexFollower(store, new MemoryIndexStorage(), 'kf', [log]);
  await follower.start();
  return { store, log, end: () => follower.close() };
}

async function found(times: readonly number[], asked: readonly number[]): Promise<number[]> {
  const { store, log, end } = await logOf(times);
  const all = store.readAll(0n, 10_000);
  const counts: number[] = [];
  for (const time of asked) {
    const position = await log.positionAt(store, START + time);
    counts.push(all.filter((event) => event.position <= position).length);
  }
  await end();
  return counts;
}

it('a time leads to the last event at or before it', async () => {
  const asked = [9, 10, 19, 20, 29, 30, 44, 45, 9999];
  expect(await found([10, 20, 20, 20, 30, 45], asked)).toEqual([0, 1, 1, 4, 4, 5, 5, 6, 6]);
});

it('in a long log too, wherever the noted events are', async () => {
  const times = Array.from({ length: 2_500 }, (_, index) => index);
  expect(await found(times, [0, 1_022, 1_023, 1_024, 2_047, 2_048, 2_499])).toEqual([
    1, 1_023, 1_024, 1_025, 2_048, 2_049, 2_500,
  ]);
});

it('a time after a clock that was ahead was put right leads past what was recorded meanwhile', async () => {
  expect(await found([10, 20, 9_000, 9_010, 30, 40], [15, 29, 30, 45])).toEqual([1, 2, 5, 6]);
  const times = Array.from({ length: 4_000 }, (_, index) =>
    index < 2_000 || index > 2_200 ? index : 1e9 + index,
  );
  expect(await found(times, [1_999, 2_201, 3_000, 3_999])).toEqual([2_000, 2_202, 3_001, 4_000]);
  expect(await found(times.slice(0, 2_300), [1_999, 2_250])).toEqual([2_000, 2_251]);
});

it('also right after that, where much was recorded meanwhile', async () => {
  const times = Array.from({ length: 4_000 }, (_, index) =>
    index < 1_500 || index > 3_900 ? index : 1e9 + index,
  );
  const asked = [1_000, 1_499, 3_000, 3_901, 3_950];
  expect(await found(times, asked)).toEqual([1_001, 1_500, 1_500, 3_902, 3_951]);
});

it('lets others go on while it reads what a clock that was ahead has dated', async () => {
  const times = Array.from({ length: 9_000 }, (_, index) => (index < 1_500 || index > 8_000 ? index : 1e9));
  const { store, log, end } = await logOf(times);
  let turns = 0;
  const turn = setInterval(() => {
    turns += 1;
  }, 0);
  await log.positionAt(store, START + 1_600);
  clearInterval(turn);
  expect(turns).toBeGreaterThan(1);
  await end();
});

it('an empty log has none', async () => {
  expect(await found([], [5])).toEqual([0]);
});

it('a place between two events leads to an event before it', async () => {
  const { store, log, end } = await logOf(Array.from({ length: 1_100 }, (_, index) => index));
  const [first] = store.readAll(0n, 1);
  expect(log.before(first!.position - 1n)).toBe(0n);
  expect(log.before(first!.position + 1n)).toBe(first!.position);
  await end();
});
