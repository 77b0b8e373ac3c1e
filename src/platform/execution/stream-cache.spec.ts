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

it('keeps what is there however many streams come and go', () => {
  const cache = new StreamCache();
  const entry = entryOf('s');
  cache.set(entry);
  for (let other = 0; other < 20; other += 1) {
    cache.set(entryOf(`other ${other}`));
    cache.delete(`other ${other}`);
  }
  expect(cache.get('s')).toBe(entry);
});

it('stays as small where streams go that had aged, or were not there', () => {
  const cache = new StreamCache();
  for (let at = 0; at < 5; at += 1) cache.set(entryOf(`s${at}`));
  for (const gone of ['s0', 's1', 's2', 's3', 'nobody']) cache.delete(gone);
  for (let at = 5; at < 16; at += 1) cache.set(entryOf(`s${at}`));
  expect(cache.get('s4')).toBeUndefined();
});
