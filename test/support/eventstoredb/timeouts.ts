import {
  MAX_WAITING_BYTES,
  TIMEOUTS,
  type Timeouts,
} from '../../../src/platform/event-store/eventstoredb/limits.js';

export { MAX_WAITING_BYTES, TIMEOUTS, type Timeouts };

/** For tests of the whole product, which would else wait for half a minute. */
export const IMPATIENT: Timeouts = {
  ...TIMEOUTS,
  appendAttemptMs: 200,
  doubtMs: 700,
  awayMs: 500,
  readSilenceMs: 500,
  searchSilenceMs: 500,
};
