import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { type CachedStream, StreamCache } from './stream-cache.js';

/** So heavy that each generation holds a few. */
const Heavy: Aggregate<null, DomainEvent> = {
  category: 'heavy',
  stateVersion: 1,
  initial: null,
  weight: 5_000,
  evolve: (state) => state,
};
const entryOf = (stream: string): CachedStream => ({
  ...{ stream, aggregate: Heavy as never, state: null, revision: 0, durableRevision: 0, lastAtMs: 0 },
  ...{ snapshotRevision: -1, snapshotParts: 0, inFlight: null },
});

/** A cache to which ever more streams come while some are used now and again. */
function crowded(entry: CachedStream, isUsed: boolean): CachedStream | undefined {
  const cache = new StreamCache();
  cache.set(entry);
  for (let other = 0; other < 20; other += 1) {
    cache.set(entryOf(`other ${other}`));
    if (isUsed) cache.get(entry.stream);
  }
  return cache.get(entry.stream);
}

it('forgets what is not used, and keeps what is', () => {
  expect(crowded(entryOf('s'), false)).toBeUndefined();
  const entry = entryOf('s');
  expect(crowded(entry, true)).toBe(entry);
});

it('never forgets a stream with an append in flight: nobody else knows it', () => {
  const entry = { ...entryOf('s'), inFlight: {} };
  expect(crowded(entry, false)).toBe(entry);
});

it('forgets what is not used while many streams come and go', () => {
  const cache = new StreamCache();
  cache.set(entryOf('sold out'));
  for (let order = 0; order < 20; order += 1) {
    cache.set(entryOf(`order ${order}`));
    cache.delete(`order ${order}`);
  }
  expect(cache.get('sold out')).toBeUndefined();
});
