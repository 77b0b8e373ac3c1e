import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Share of the event loop's time up to which an import may fill it; what others use counts. */
export const BUSY_SHARE = 0.75;
export const LONGEST_PAUSE_MS = 250;

/** Total times so far, milliseconds. */
type Times = Pick<EventLoopUtilization, 'active' | 'idle'>;

/**
 * Slows a bulk job down when the event loop is busy, so that requests in the same process are still answered
 * in time.
 */
export class Pace {
  private last: Times;
  /** How long the loop would have to be idle to be within its share again. */
  private debtMs = 0;

  constructor(
    private readonly measure: () => Times = () => performance.eventLoopUtilization(),
    private readonly wait: (ms: number) => Promise<unknown> = sleep,
  ) {
    this.last = measure();
  }

  /**
   * Called between two pieces of work; pauses while the loop was busier than its share since the first call.
   */
  async pause(): Promise<void> {
    const now = this.measure();
    const active = now.active - this.last.active;
    const idle = now.idle - this.last.idle;
    this.last = now;
    const debtMs = this.debtMs + active / BUSY_SHARE - (active + idle);
    this.debtMs = Math.min(Math.max(debtMs, 0), LONGEST_PAUSE_MS);
    if (this.debtMs >= 1) await this.wait(this.debtMs);
  }
}
