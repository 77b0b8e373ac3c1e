import type { MaybePromise } from '../event-store/event-store.js';

/**
 * Work of one turn of the event loop, after which others come in: sockets, finished commits, new connections. Shorter
 * turns cost speed, since what is sold in one turn shares a record of the log.
 */
const TURN_MS = 50;
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
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.lastAt = performance.now();
    setImmediate(() => this.work(performance.now() + (this.hasAccepted ? 0 : TURN_MS)));
  }

  /** One piece after the other, each with what follows from it at once, until the turn's time is over. */
  private work(until: number): void {
    this.hasAccepted = false;
    this.waiting[this.next]!();
    this.next += 1;
    if (this.next === this.waiting.length) {
      this.waiting = [];
      this.next = 0;
      this.isScheduled = false;
    } else if (performance.now() < until) {
      // After the first steps of what was begun, but in this turn.
      void Promise.resolve().then(() => this.work(until));
    } else {
      this.isScheduled = false;
      this.schedule();
    }
  }
}
