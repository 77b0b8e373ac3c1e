import { Sequencer, type SequencerOptions } from './sequencer.js';
import { SharedSequencer } from './shared-sequencer.js';
import type { Executor } from './transaction.js';

/** The executor that fits the engine. */
export const openExecutor = (options: SequencerOptions): Executor =>
  options.store.atomicBatches ? new Sequencer(options) : new SharedSequencer(options);
