import { Clock } from '../../src/platform/kernel/clock.js';

/** A clock that stands until it is moved. */
export class ManualClock extends Clock {
  constructor(public nowMs: number = Date.UTC(2026, 0, 15, 10)) {
    super();
  }

  now(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }
}
