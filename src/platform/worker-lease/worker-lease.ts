/** Another worker took over: what this one still writes is refused. */
export class LeaseLost extends Error {
  constructor() {
    super('another worker has taken over');
    this.name = 'LeaseLost';
  }
}

export interface HeldLease {
  /** Greater than that of every holder before. Stores refuse what comes with a lower one than they have seen. */
  readonly token: number;
  /** Aborted as soon as this process must take the lease for lost: stop working. */
  readonly lost: AbortSignal;
  /** Lets the next worker begin at once. The holder has stopped working. */
  release(): Promise<void>;
}

/**
 * The right to be the one worker among several processes. A holder that hangs is replaced while it hangs; the lease alone
 * cannot keep it from going on when it wakes, so everything that it writes carries the token.
 */
export abstract class WorkerLease {
  /** Waits until this process holds the lease. @param stop ends the waiting: the answer is null. */
  abstract acquire(stop: AbortSignal): Promise<HeldLease | null>;
}
