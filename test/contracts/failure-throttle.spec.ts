import { MemoryThrottle, MemoryThrottles } from '../../src/platform/throttle/embedded/memory-throttles.js';
import { LOGIN_FAILURES } from '../../src/platform/throttle/failure-throttle.js';
import { ManualClock } from '../support/manual-clock.js';
import { failureThrottleContract } from './failure-throttle.contract.js';

let clock = new ManualClock();

failureThrottleContract('memory', {
  open: async () => new MemoryThrottles(clock),
  async wipe() {
    clock = new ManualClock();
  },
  async pass(ms) {
    clock.advance(ms);
  },
});

it('the memory of failures is bounded', () => {
  const throttle = new MemoryThrottle(clock, undefined, 3);
  for (const key of ['a', 'b', 'c', 'd', 'e']) throttle.fail(key);
  expect(throttle.size).toBe(3);
});

it('a clock that is set back blocks nobody for longer', () => {
  const set = new ManualClock();
  const throttle = new MemoryThrottle(set);
  while (!throttle.isBlocked('a')) throttle.fail('a');
  set.advance(-4 * 3_600_000);
  expect(throttle.isBlocked('a')).toBe(false);
  while (!throttle.isBlocked('a')) throttle.fail('a');
  set.advance(LOGIN_FAILURES.windowMs);
  expect(throttle.isBlocked('a')).toBe(false);
});
