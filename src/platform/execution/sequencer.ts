import { checkSizes } from '../event-store/append-checks.js';
import {
  type Appended,
  type EventStore,
  EventStoreError,
  type MaybePromise,
  type Refused,
} from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import type { Clock } from '../kernel/clock.js';
import type { Ids } from '../kernel/ids.js';
import { Run, type RunSource, Suspended, TooEarly } from './run.js';
import { type SnapshotOptions, takeSnapshot } from './snapshot-taking.js';
import { type CachedStream, StreamCache } from './stream-cache.js';
import { StreamLoader } from './stream-loader.js';
import { newSubmission, type Submission, wasStored } from './submission.js';
import { type CommandContext, Executor, type Work } from './transaction.js';

/** How often one command is decided again after losing a race before it is given up. */
const MAX_ATTEMPTS = 100;
/** Attempts after which a loser waits a random moment before it tries again. */
const PATIENT_ATTEMPTS = 3;
const MAX_BACKOFF_MS = 50;

export interface SequencerOptions extends SnapshotOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Prefix of all stream names: `kf`. */
  readonly namespace: string;
}

/**
 * The one writer of a process on an engine with atomic batches ({@link SharedSequencer} is the one for the others).
 * Commands are decided synchronously in the order in which they arrive (one whose streams must first be read takes its
 * turn when they are there), against cached state with all appends in flight. Everything is sent at once and shares
 * commits. A lost race drops what was cached of the streams concerned and decides again: first the loser, then, in
 * order, everything that had been decided on its outcome.
 */
export class Sequencer extends Executor {
  private readonly cache = new StreamCache();
  private readonly loading = new Map<string, Promise<CachedStream>>();
  private readonly loader: StreamLoader;
  private readonly source: RunSource;

  constructor(private readonly options: SequencerOptions) {
    super();
    if (!options.store.atomicBatches) throw new Error('a shared engine has a sequencer of its own');
    this.loader = new StreamLoader(options.store, options.snapshots);
    this.source = {
      ids: options.ids,
      namespace: options.namespace,
      entry: (aggregate, stream) => this.entry(aggregate, stream),
      history: (aggregate, stream, from, to) => this.loader.history(aggregate, stream, from, to),
    };
  }

  run<R>(context: CommandContext, work: Work<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const settle = { resolve: resolve as (result: unknown) => void, reject };
      this.decide(newSubmission(context, work, settle));
    });
  }

  /** Runs the work against what is known now, then sends its batch or waits for what its answer rests on. */
  private decide(submission: Submission): void {
    let floorMs = 0;
    for (;;) {
      const nowMs = Math.max(this.options.clock.now(), floorMs);
      const run = new Run(this.source, submission.memo, nowMs, submission.madeIds);
      try {
        submission.result = submission.work(run);
        submission.batch = run.isEmpty ? [] : run.encode(submission.context);
        checkSizes(submission.batch);
      } catch (thrown) {
        if (thrown instanceof TooEarly) {
          floorMs = thrown.atMs;
          continue;
        }
        if (thrown instanceof Suspended) {
          thrown.until.then(
            () => this.decide(submission),
            (error) => submission.settle.reject(error),
          );
        } else {
          submission.settle.reject(thrown);
        }
        return;
      }
      submission.views = run.views;
      this.advanceCache(submission, run.decidedAtMs);
      break;
    }
    if (submission.batch.length > 0) void this.send(submission);
    else if (submission.waitsFor.size === 0) submission.settle.resolve(submission.result);
  }

  /** Makes the run's appends visible to the commands after it, and notes what it rests on. */
  private advanceCache(submission: Submission, decidedAtMs: number): void {
    submission.waitsFor.clear();
    for (const view of submission.views) {
      const { entry } = view;
      const before = entry.inFlight as Submission | null;
      if (before && before !== submission) {
        submission.waitsFor.add(before);
        before.waiters.push(submission);
      }
      if (view.appended === 0) continue;
      entry.state = view.state;
      entry.revision = view.revision;
      entry.lastAtMs = decidedAtMs;
      entry.inFlight = submission;
    }
  }

  private async send(submission: Submission): Promise<void> {
    let outcome: Appended | Refused;
    try {
      outcome = await this.options.store.append(submission.batch);
    } catch (error) {
      this.drop(submission);
      submission.settle.reject(error);
      this.release(submission);
      return;
    }
    if (outcome.outcome === 'refused') {
      this.drop(submission);
      this.again(submission);
      this.release(submission);
      return;
    }
    this.stored(submission);
    if (submission.waitsFor.size === 0) submission.settle.resolve(submission.result);
    this.release(submission);
  }

  private stored(submission: Submission): void {
    for (const view of submission.views) {
      if (view.appended === 0) continue;
      const { entry } = view;
      entry.durableRevision = Math.max(entry.durableRevision, view.revision);
      takeSnapshot(this.options, entry, view, submission.batch);
      if (entry.inFlight !== submission) continue;
      entry.inFlight = null;
      if (entry.aggregate.isLive?.(entry.state) === false) this.cache.delete(entry.stream);
    }
    submission.batch = [];
  }

  /** Forgets what was cached of the streams that a failed submission appended to. */
  private drop(submission: Submission): void {
    for (const { entry, appended } of submission.views) {
      if (appended > 0 && this.cache.get(entry.stream) === entry) this.cache.delete(entry.stream);
    }
  }

  /** Lets go of the submissions that waited for this one; those that rested on a dropped stream decide again. */
  private release(submission: Submission): void {
    const { waiters } = submission;
    submission.waiters = [];
    for (const waiter of waiters) {
      if (!waiter.waitsFor.delete(submission)) continue;
      const isSent = waiter.batch.length > 0;
      if (isSent) continue;
      if (this.restsOnDropped(waiter)) {
        this.drop(waiter);
        this.again(waiter);
        this.release(waiter);
      } else if (waiter.waitsFor.size === 0) {
        waiter.settle.resolve(waiter.result);
      }
    }
  }

  private restsOnDropped(submission: Submission): boolean {
    if (wasStored(submission)) return false;
    for (const { entry } of submission.views) {
      if (this.cache.get(entry.stream) !== entry) return true;
    }
    return false;
  }

  /** Decides a loser again, after a random moment once it has lost several times. */
  private again(submission: Submission): void {
    submission.attempts += 1;
    submission.madeIds = [];
    submission.waitsFor.clear();
    if (submission.attempts >= MAX_ATTEMPTS) {
      const streams = submission.batch.map((append) => append.stream).join(', ');
      submission.settle.reject(
        new EventStoreError('Unavailable', `lost ${MAX_ATTEMPTS} races in a row: ${streams}`, 'unknown'),
      );
      return;
    }
    if (submission.attempts <= PATIENT_ATTEMPTS) {
      queueMicrotask(() => this.decide(submission));
      return;
    }
    setTimeout(() => this.decide(submission), Math.random() * MAX_BACKOFF_MS);
  }

  private entry(aggregate: Aggregate<unknown, DomainEvent>, stream: string): MaybePromise<CachedStream> {
    const cached = this.cache.get(stream);
    if (cached) return cached;
    const underWay = this.loading.get(stream);
    if (underWay) return underWay;
    const loaded = this.loader.load(aggregate, stream);
    if (!(loaded instanceof Promise)) {
      this.cache.set(loaded);
      return loaded;
    }
    const tracked = loaded.then(
      (entry) => {
        this.loading.delete(stream);
        this.cache.set(entry);
        return entry;
      },
      (error) => {
        this.loading.delete(stream);
        throw error;
      },
    );
    this.loading.set(stream, tracked);
    return tracked;
  }
}
