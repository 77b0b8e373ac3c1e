import { Clock } from './clock.js';

/** A clock that is set back by less is followed: it was put right. */
const TOLERATED_MS = 1_000;
/** One that is set back by more was wrong before, and is followed too. */
const LONGEST_SET_BACK_MS = 2 * 24 * 3_600_000;
/** This program is younger: a clock that tells an earlier time has lost it, as machines do whose battery is empty. */
const YOUNGER_THAN_MS = Date.UTC(2026, 0, 1);

export interface SteadyClockOptions {
  /** The clock that is followed. */
  readonly wall: Clock;
  /** As {@link Clock.elapsedMs}. Default: that of the wall's clock. */
  readonly elapsedMs?: () => number;
  /** Called once for each time that the clock was set back and is not followed. */
  readonly onSetBack?: (ms: number) => void;
  /** Called each time that it was set back by so much that it was wrong before, and is followed. */
  readonly onPutRight?: (ms: number) => void;
}

/**
 * The time of decisions and deadlines. Commands are never decided before the last events of their streams, so deadlines
 * are counted from there; whoever waits for them by a clock that was set back by a day would wait for a day more. So when
 * the wall's clock is set back, this one goes on until the other has caught up. Set forward, it is followed.
 */
export class SteadyClock extends Clock {
  private readonly wall: Clock;
  private readonly elapsed: () => number;
  private readonly onSetBack: (ms: number) => void;
  private readonly onPutRight: (ms: number) => void;
  /** Between the wall's time and the time that has passed, when the wall was last followed. */
  private difference = Number.NEGATIVE_INFINITY;
  private follows = true;

  constructor({
    wall,
    elapsedMs = () => wall.elapsedMs(),
    onSetBack = () => {},
    onPutRight = () => {},
  }: SteadyClockOptions) {
    super();
    this.wall = wall;
    this.elapsed = elapsedMs;
    this.onSetBack = onSetBack;
    this.onPutRight = onPutRight;
  }

  /** Goes on from a time that an earlier process had reached, as if the clock had been set back since. */
  goOnFrom(reachedMs: number): void {
    this.difference = Math.max(this.difference, reachedMs - this.elapsed());
  }

  override elapsedMs(): number {
    return this.elapsed();
  }

  now(): number {
    const wall = this.wall.now();
    const elapsed = this.elapsed();
    const setBackMs = this.difference - (wall - elapsed);
    const wasWrong = setBackMs > LONGEST_SET_BACK_MS && wall >= YOUNGER_THAN_MS;
    if (setBackMs < TOLERATED_MS || wasWrong) {
      this.difference = wall - elapsed;
      this.follows = true;
      if (wasWrong) this.onPutRight(Math.round(setBackMs));
      return wall;
    }
    if (this.follows) this.onSetBack(Math.round(setBackMs));
    this.follows = false;
    return Math.floor(elapsed + this.difference);
  }
}
