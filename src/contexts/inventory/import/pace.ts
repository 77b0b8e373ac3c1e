import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Share of the event loop's time up to which an import may fill it; what others use counts. */
export const BUSY_SHARE = 0.75;
export const LONGEST_PAUSE_MS = 250;
/** While customers buy, the longest pause, and how long an import rests for each millisecond of its work. */
export const LONGEST_REST_MS = 2000;
export const REST_PER_WORK = 5;

/** Total times so far, milliseconds. */
type Times = Pick<EventLoopUtilization, 'active' | 'idle'>;

export interface PaceOptions {
  /** Whether customers are buying at the moment. */
  readonly isSelling?: () => boolean;
  readonly measure?: () => Times;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Slows a bulk job down so that requests in the same process are still answered in time: when the event loop is busy,
 * and more so when customers buy. What a piece of work leaves to the other threads, they then do while it rests.
 */
export class Pace {
  readonly isSelling: () => boolean;
  private readonly measure: () => Times;
  private readonly wait: (ms: number) => Promise<unknown>;
  private last: Times;
  /** How long the loop would have to be idle to be within its share again. */
  private debtMs = 0;
  /** Time that passed in pauses since the last measure. */
  private pausedMs = 0;

  constructor(options: PaceOptions = {}) {
    this.isSelling = options.isSelling ?? (() => false);
    this.measure = options.measure ?? (() => performance.eventLoopUtilization());
    this.wait = options.wait ?? sleep;
    this.last = this.measure();
  }

  /**
   * Called between two pieces of work; pauses while the loop was busier than its share since the first call.
   */
  async pause(): Promise<void> {
    const now = this.measure();
    const active = now.active - this.last.active;
    const idle = now.idle - this.last.idle;
    const workedMs = active + idle - this.pausedMs;
    this.last = now;
    const debtMs = this.debtMs + active / BUSY_SHARE - (active + idle);
    this.debtMs = Math.min(Math.max(debtMs, 0), LONGEST_PAUSE_MS);
    const restMs = this.isSelling() ? Math.min(workedMs * REST_PER_WORK, LONGEST_REST_MS) : 0;
    this.pausedMs = Math.max(this.debtMs, restMs);
    if (this.pausedMs >= 1) await this.wait(this.pausedMs);
  }
}
