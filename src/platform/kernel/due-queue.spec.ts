import fc from 'fast-check';
import { DueQueue } from './due-queue.js';

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z');
const YEAR_MS = 365 * 86_400_000;

it('gives the keys that are due, earliest first, each at the time set last', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    dueMs: fc.option(fc.oneof(fc.nat(20), fc.constantFrom(0, YEAR_MS, -YEAR_MS)), { nil: undefined }),
    takeMs: fc.option(fc.nat(20), { nil: undefined }),
    moveMs: fc.option(fc.tuple(fc.nat(20), fc.nat(20)), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const queue = new DueQueue();
      const model = new Map<string, number>();
      for (const { key, dueMs, takeMs, moveMs } of steps) {
        if (dueMs === undefined) {
          queue.remove(key);
          model.delete(key);
        } else {
          queue.set(key, NOW_MS + dueMs);
          model.set(key, NOW_MS + dueMs);
        }
        if (moveMs) {
          const [limitMs, toMs] = moveMs;
          queue.moveThoseAfter(NOW_MS + limitMs, NOW_MS + toMs);
          for (const [late, ms] of model) if (ms > NOW_MS + limitMs) model.set(late, NOW_MS + toMs);
        }
        expect(queue.dueMs(key)).toBe(model.get(key));
        if (takeMs !== undefined) {
          const due = [...model].filter(([, ms]) => ms <= NOW_MS + takeMs);
          const taken = queue.takeDueEntries(NOW_MS + takeMs, 10);
          expect([...taken].sort()).toEqual(due.sort());
          expect(taken.map(([, ms]) => ms)).toEqual(due.map(([, ms]) => ms).sort((a, b) => a - b));
          for (const [gone] of due) model.delete(gone);
        }
        expect(queue.size).toBe(model.size);
        expect(queue.nextDueMs()).toBe(model.size === 0 ? null : Math.min(...model.values()));
        expect(new Map(queue.entries())).toEqual(model);
      }
    }),
  );
});

it('keeps the order however often times are set anew', () => {
  const queue = new DueQueue();
  const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
  // By then most of what waits in it is out of date, and it has been built anew several times.
  for (let round = 0; round < 50; round += 1) {
    for (const [at, key] of keys.entries()) queue.set(key, NOW_MS + ((at * 7 + round) % 20));
  }
  const due = keys.map((_, at): [string, number] => [keys[at]!, NOW_MS + ((at * 7 + 49) % 20)]);
  expect(queue.takeDueEntries(NOW_MS + 20, 100)).toEqual(due.sort((a, b) => a[1] - b[1]));
});
