import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection, Db } from 'mongodb';
import { isDuplicateKey } from '../../mongodb/errors.js';
import { inTime } from '../../mongodb/telling-outages.js';
import { type HeldLease, WorkerLease } from '../worker-lease.js';

export interface LeaseTimings {
  /** Between two signs of life of the holder. */
  readonly beatMs: number;
  /** Between two looks of somebody who waits. */
  readonly lookMs: number;
  /** A lease that somebody has seen unchanged for so long may be taken. */
  readonly takeOverMs: number;
  /** A holder that could not give a sign for so long stops by itself: shorter, so that two seldom work at once. */
  readonly holdMs: number;
  /** A question that is not answered for so long is asked again: the driver may never settle it. */
  readonly answerMs: number;
}

/** From the death of a worker to its successor's work half of the ten seconds that are promised: see ADR 27. */
const LEASE_TIMINGS: LeaseTimings = {
  ...{ beatMs: 500, lookMs: 200, takeOverMs: 3_500, holdMs: 3_000, answerMs: 3_000 },
};

export interface WorkerLeaseOptions {
  /** MongoDB did not answer: it is asked again. */
  readonly onError: (error: unknown) => void;
  readonly timings?: LeaseTimings;
}

/** The lease as stored. */
export interface LeaseDocument {
  readonly _id: 'worker';
  readonly token: number;
  /** Of one acquisition: whoever lost the answer to it finds that it holds the lease. */
  readonly holder: string;
  readonly beats: number;
  readonly isReleased: boolean;
}

/** What somebody who waits last saw, and since when it has not changed. */
interface Sight {
  readonly lease: LeaseDocument;
  readonly sinceMs: number;
}

/**
 * The lease as one document, changed by compare-and-set. Its holder counts up in it; whoever waits takes it when the count
 * stands still, by a clock of its own that nobody can set. Clocks of different machines are never compared.
 */
export class MongoWorkerLease extends WorkerLease {
  private readonly leases: Collection<LeaseDocument>;
  private readonly timings: LeaseTimings;

  constructor(
    database: Db,
    private readonly options: WorkerLeaseOptions,
  ) {
    super();
    this.leases = database.collection('leases');
    this.timings = options.timings ?? LEASE_TIMINGS;
  }

  async acquire(stop: AbortSignal): Promise<HeldLease | null> {
    const holder = randomUUID();
    let sight: Sight | null = null;
    while (!stop.aborted) {
      try {
        const lease = await this.answered(this.leases.findOne({ _id: 'worker' }));
        if (lease?.holder === holder) return await this.hold(lease.token);
        if (!lease || this.isFree(lease, sight)) {
          await this.answered(this.take(lease, holder));
          continue;
        }
        if (!sight || !isSame(lease, sight.lease)) sight = { lease, sinceMs: performance.now() };
      } catch (error) {
        // While MongoDB is away the holder cannot give a sign either.
        sight = null;
        this.options.onError(error);
      }
      await delay(this.timings.lookMs, undefined, { signal: stop }).catch(() => undefined);
    }
    return null;
  }

  private isFree(lease: LeaseDocument, sight: Sight | null): boolean {
    if (lease.isReleased) return true;
    return (
      sight !== null &&
      isSame(lease, sight.lease) &&
      performance.now() - sight.sinceMs >= this.timings.takeOverMs
    );
  }

  /** Of several that try at once one succeeds; whether it is this one is told by looking again. */
  async take(lease: LeaseDocument | null, holder: string): Promise<void> {
    const next = { token: (lease?.token ?? 0) + 1, holder, beats: 0, isReleased: false };
    if (lease) {
      await this.leases.replaceOne({ _id: 'worker', token: lease.token, beats: lease.beats }, next);
      return;
    }
    await this.leases.insertOne({ _id: 'worker', ...next }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  }

  private async hold(token: number): Promise<HeldLease> {
    const lease = new Holding(this.leases, token, this.timings, this.options.onError);
    await this.answered(lease.beat());
    void lease.keep();
    return lease;
  }

  private answered<T>(call: Promise<T>): Promise<T> {
    return inTime(call, this.timings.answerMs);
  }
}

const isSame = (one: LeaseDocument, other: LeaseDocument): boolean =>
  one.token === other.token && one.beats === other.beats;

/** A lease that is held: counts up until it is released or lost. */
class Holding implements HeldLease {
  private readonly losing = new AbortController();
  private readonly ending = new AbortController();
  private end: NodeJS.Timeout | undefined;
  /** When the newest sign was sent that was answered. */
  private signMs = 0;

  constructor(
    private readonly leases: Collection<LeaseDocument>,
    readonly token: number,
    private readonly timings: LeaseTimings,
    private readonly onError: (error: unknown) => void,
  ) {}

  get lost(): AbortSignal {
    return this.losing.signal;
  }

  /** No sign waits for the one before it: that may have gone to a connection that is dead. */
  async keep(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await delay(this.timings.beatMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) void this.beat().catch((error: unknown) => this.failed(error));
    }
  }

  /** What became of a sign that is needed no more is nobody's concern. */
  private failed(error: unknown): void {
    if (!this.ending.signal.aborted) this.onError(error);
  }

  /** Gives a sign of life, which counts from when it was sent. */
  async beat(): Promise<void> {
    const sentMs = performance.now();
    const { matchedCount } = await this.leases.updateOne(
      { _id: 'worker', token: this.token, isReleased: false },
      { $inc: { beats: 1 } },
    );
    if (this.ending.signal.aborted) return;
    if (matchedCount === 0) return this.lose();
    // Answers may overtake each other.
    this.signMs = Math.max(this.signMs, sentMs);
    clearTimeout(this.end);
    this.end = setTimeout(() => this.lose(), this.signMs + this.timings.holdMs - performance.now());
  }

  async release(): Promise<void> {
    this.stop();
    const { leases, token, timings } = this;
    await inTime(
      leases.updateOne({ _id: 'worker', token }, { $set: { isReleased: true } }),
      timings.answerMs,
    );
  }

  private lose(): void {
    this.stop();
    this.losing.abort();
  }

  private stop(): void {
    this.ending.abort();
    clearTimeout(this.end);
  }
}
