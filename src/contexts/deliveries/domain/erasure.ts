import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { ErasureEvent } from '../events/erasure.events.js';

/** How often a customer was erased: whoever buys again is a new one. */
export const Erasure: Aggregate<{ readonly count: number }, ErasureEvent> = {
  category: 'erasure',
  stateVersion: 1,
  initial: { count: 0 },
  isLive: () => false,
  evolve: ({ count }) => ({ count: count + 1 }),
};
