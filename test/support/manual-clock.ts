import { Clock } from '../../src/platform/kernel/clock.js';

/** A clock that stands until time passes, or it is set: `nowMs`. */
export class ManualClock extends Clock {
  private passedMs = 0;

  constructor(public nowMs: number = Date.UTC(2026, 0, 15, 10)) {
    super();
  }

  now(): number {
    return this.nowMs;
  }

  override elapsedMs(): number {
    return this.passedMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.passedMs += ms;
  }
}
