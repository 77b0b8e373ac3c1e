import type { MaybePromise } from '../event-store/event-store.js';
import { type Rejection, reject } from '../kernel/rejection.js';
import { FAILURE_WINDOW_MS, FAILURES_PER_WINDOW } from '../security/limits.js';

const MILLISECONDS = 1_000;

/** So many failures of one key in a window, which begins with its first, block it until the window ends. */
export interface ThrottleLimit {
  readonly failures: number;
  readonly windowMs: number;
}

/** Refused for its failures alone: whoever comes again after the whole window is let in. */
export const blocked = ({ windowMs }: ThrottleLimit): Rejection<'RateLimited'> =>
  reject('RateLimited', { retryAfterSeconds: windowMs / MILLISECONDS });

export const LOGIN_FAILURES: ThrottleLimit = { failures: FAILURES_PER_WINDOW, windowMs: FAILURE_WINDOW_MS };

/** Counts failures per key. Never throws and never waits long: it is asked before every login. */
export abstract class FailureThrottle {
  abstract isBlocked(key: string): MaybePromise<boolean>;
  /** Counts one more; answers how many there are in the window, this one included. */
  abstract fail(key: string): MaybePromise<number>;
  /** Forgets the key's failures. */
  abstract succeed(key: string): MaybePromise<void>;
}

/**
 * Makes throttles. Those of one name count together: in this process, or in all that share a Redis. Counts may be lost
 * at any time; then a window begins anew, and nobody is refused for it.
 */
export abstract class FailureThrottles {
  abstract named(name: string, limit?: ThrottleLimit): FailureThrottle;
  abstract close(): MaybePromise<void>;
}
