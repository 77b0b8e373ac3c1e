import type { MaybePromise } from '../event-store/event-store.js';

/**
 * Work of one turn of the event loop, after which others come in: sockets, finished commits, new connections. Shorter
 * turns cost speed, since what is sold in one turn shares a record of the log.
 */
const TURN_MS = 50;
/**
 * A turn works on half of the requests that are under way, so that the records of one half are committed while the other
 * half is decided. Fewer than these are not worth a commit of their own.
 */
const LEAST_PER_TURN = 32;
/** How long after the last request customers count as there. */
const BUSY_MS = 100;

/**
 * Does the work of requests in the order in which they came, for a limited time in each turn of the event loop.
 *
 * Node accepts one connection per turn. If a turn took as long as all requests that are there, customers who connect to
 * a busy server would wait for seconds; so turns are limited, and as short as can be while connections come in.
 */
export class Turns {
  private waiting: (() => void)[] = [];
  /** Place in `waiting` of the next one. */
  private next = 0;
  /** Requests that wait or whose outcome is not known yet. */
  private underWay = 0;
  private isScheduled = false;
  private hasAccepted = false;
  private lastAt = Number.NEGATIVE_INFINITY;

  /** To be told of each connection that was accepted. */
  readonly accepted = (): void => {
    this.hasAccepted = true;
  };

  /** Whether there was a request a moment ago. */
  get isBusy(): boolean {
    return performance.now() - this.lastAt < BUSY_MS;
  }

  /** Resolves or rejects as `work` does, when its turn has come. */
  run<T>(work: () => MaybePromise<T>): Promise<T> {
    this.underWay += 1;
    const outcome = new Promise<T>((resolve, reject) => {
      this.waiting.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.schedule();
    });
    outcome.then(this.ended, this.ended);
    return outcome;
  }

  private readonly ended = (): void => {
    this.underWay -= 1;
  };

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.lastAt = performance.now();
    setImmediate(() => {
      const most = Math.max(LEAST_PER_TURN, Math.ceil(this.underWay / 2));
      this.work(performance.now() + (this.hasAccepted ? 0 : TURN_MS), most);
    });
  }

  /** One piece after the other, each with what follows from it at once, until the turn's time is over. */
  private work(until: number, most: number): void {
    this.hasAccepted = false;
    this.waiting[this.next]!();
    this.next += 1;
    if (this.next === this.waiting.length) {
      this.waiting = [];
      this.next = 0;
      this.isScheduled = false;
    } else if (most > 1 && performance.now() < until) {
      // After the first steps of what was begun, but in this turn.
      void Promise.resolve().then(() => this.work(until, most - 1));
    } else {
      // On a busy server some may always be left: what was worked on must not stay for that.
      this.waiting.splice(0, this.next);
      this.next = 0;
      this.isScheduled = false;
      this.schedule();
    }
  }
}
