import type { Clock } from '../kernel/clock.js';
import { FAILURE_WINDOW_MS, FAILURES_PER_WINDOW, FAILURES_TRACKED } from './limits.js';

interface Failures {
  count: number;
  readonly untilMs: number;
}

export interface ThrottleLimit {
  readonly failures: number;
  readonly windowMs: number;
}

const LOGINS: ThrottleLimit = { failures: FAILURES_PER_WINDOW, windowMs: FAILURE_WINDOW_MS };

/** Counts failures per key in a fixed window; bounded memory, the oldest windows go first. */
export class FailureThrottle {
  private readonly windows = new Map<string, Failures>();

  constructor(
    private readonly clock: Clock,
    private readonly maxKeys: number = FAILURES_TRACKED,
    private readonly limit: ThrottleLimit = LOGINS,
  ) {}

  isBlocked(key: string): boolean {
    return (this.current(key)?.count ?? 0) >= this.limit.failures;
  }

  fail(key: string): void {
    const current = this.current(key);
    if (current) {
      current.count += 1;
      return;
    }
    this.windows.delete(key);
    this.windows.set(key, { count: 1, untilMs: this.clock.now() + this.limit.windowMs });
    if (this.windows.size > this.maxKeys) this.windows.delete(this.windows.keys().next().value!);
  }

  succeed(key: string): void {
    this.windows.delete(key);
  }

  get size(): number {
    return this.windows.size;
  }

  private current(key: string): Failures | undefined {
    const window = this.windows.get(key);
    return window && this.clock.now() < window.untilMs ? window : undefined;
  }
}
