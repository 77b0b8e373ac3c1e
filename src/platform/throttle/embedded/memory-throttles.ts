import type { Clock } from '../../kernel/clock.js';
import { FAILURES_TRACKED } from '../../security/limits.js';
import {
  FailureThrottle,
  FailureThrottles,
  LOGIN_FAILURES,
  type ThrottleLimit,
} from '../failure-throttle.js';

interface Failures {
  count: number;
  readonly untilMs: number;
}

/** Failures that this process saw; bounded memory, the oldest windows go first. Answers at once. */
export class MemoryThrottle extends FailureThrottle {
  private readonly windows = new Map<string, Failures>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: ThrottleLimit = LOGIN_FAILURES,
    private readonly maxKeys: number = FAILURES_TRACKED,
  ) {
    super();
  }

  isBlocked(key: string): boolean {
    return (this.current(key)?.count ?? 0) >= this.limit.failures;
  }

  fail(key: string): number {
    const current = this.current(key);
    if (current) {
      current.count += 1;
      return current.count;
    }
    this.windows.delete(key);
    this.windows.set(key, { count: 1, untilMs: this.clock.now() + this.limit.windowMs });
    if (this.windows.size > this.maxKeys) this.windows.delete(this.windows.keys().next().value!);
    return 1;
  }

  succeed(key: string): void {
    this.windows.delete(key);
  }

  get size(): number {
    return this.windows.size;
  }

  private current(key: string): Failures | undefined {
    const window = this.windows.get(key);
    const leftMs = window ? window.untilMs - this.clock.now() : 0;
    // A window that has longer to go than it lasts began before the clock was set back.
    return leftMs > 0 && leftMs <= this.limit.windowMs ? window : undefined;
  }
}

/** Throttles of one process. */
export class MemoryThrottles extends FailureThrottles {
  private readonly made = new Map<string, MemoryThrottle>();

  constructor(private readonly clock: Clock) {
    super();
  }

  named(name: string, limit?: ThrottleLimit): MemoryThrottle {
    const known = this.made.get(name) ?? new MemoryThrottle(this.clock, limit);
    this.made.set(name, known);
    return known;
  }

  close(): void {
    this.made.clear();
  }
}
