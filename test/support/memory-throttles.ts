import type { Clock } from '../../src/platform/kernel/clock.js';
import { MemoryThrottles } from '../../src/platform/throttle/embedded/memory-throttles.js';
import type { FailureThrottles } from '../../src/platform/throttle/failure-throttle.js';

/** Throttles of one process, for tests of what stands on them. */
export const memoryThrottles = (clock: Clock): FailureThrottles => new MemoryThrottles(clock);
