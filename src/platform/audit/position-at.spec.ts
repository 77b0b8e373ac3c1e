import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { isoTime } from '../kernel/clock.js';
import { SystemIds } from '../kernel/ids.js';
import { positionAt } from './position-at.js';

const ids = new SystemIds();
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** A log with one event at each of these milliseconds. */
async function logOf(times: readonly number[]): Promise<MemoryEventStore> {
  const store = new MemoryEventStore();
  for (const [index, time] of times.entries()) {
    const metadata = Buffer.from(JSON.stringify({ at: isoTime(START + time) }));
    const events = [{ id: ids.uuid(), type: 'Seen', data: Buffer.from('{}'), metadata }];
    await store.append([{ stream: `kf.test-${index}`, expectedRevision: -1, events }]);
  }
  return store;
}

const found = async (times: readonly number[], time: number): Promise<number> => {
  const store = await logOf(times);
  const position = await positionAt(store, START + time);
  return store.readAll(0n).filter((event) => event.position <= position).length;
};

it('a time leads to the last event at or before it', async () => {
  const times = [10, 20, 20, 20, 30, 45];
  expect(await Promise.all([9, 10, 19, 20, 29, 30, 44, 45, 9999].map((time) => found(times, time)))).toEqual([
    0, 1, 1, 4, 4, 5, 5, 6, 6,
  ]);
});

it('an empty log has none', async () => {
  expect(await found([], 5)).toBe(0);
});
