import { type Jobs, type Processing, retryDelayMs } from '../jobs/jobs.js';
import type { Clock } from '../kernel/clock.js';
import { hasCome, LONGEST_WAIT_MS } from '../kernel/deadline.js';
import { DueQueue } from '../kernel/due-queue.js';
import type { DueWatcher } from './due-index.js';
import { Preparation } from './preparation.js';
import type { Process } from './process.js';
import { RunPool } from './run-pool.js';

/** The clock is looked at again at least this often: it may jump. */
const LONGEST_SLEEP_MS = 1000;
/** Wake-ups are handed over this long before they are due. */
const AHEAD_MS = 2000;
/**
 * Keys in hand at once; all others wait in the index. Few enough that what their runs append is still in memory when
 * the indexes fold it.
 */
const MOST_IN_HAND = 4000;
/** A key that was not woken is run without, this long after it was due. */
const GRACE_MS = 1000;
/** A key that is still due after a run is run again after this long, doubled each time. */
const FIRST_REPEAT_MS = 2000;
/** No key that is due waits longer than this for its next run. */
const LONGEST_PAUSE_MS = 60_000;
/** Failed wake-ups whose key is not pending any more are looked for this often. */
const TIDY_EVERY_MS = 60_000;
const TIDY_PAGE = 500;

export interface ProcessRunnerOptions {
  readonly process: Process;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly onError: (error: unknown, name: string, key: string) => void;
}

export interface ProcessFigures {
  /** Keys that are pending, due or not. */
  readonly pending: number;
  /** By how much the key that is due longest is overdue, milliseconds, also one that waits for its run or was run in vain; 0 if none is. */
  readonly oldestDueMs: number;
  /** Keys whose last run failed. */
  readonly failing: number;
}

/**
 * Runs a process on the one node that is the worker. Shortly before keys are due it takes them in hand and asks {@link Jobs}
 * for their wake-ups; a key whose wake-up does not come, or that was overdue already, is run without. A key stays in hand
 * until an event settles or moves it: one that failed is left to the retries of Jobs, and run again at the latest after
 * a minute. So neither a lost queue, a jump of the clock nor a stalled event loop leaves a key behind.
 */
export class ProcessRunner implements DueWatcher {
  /** When a key in hand is run without a wake-up. */
  private readonly hand = new DueQueue();
  /** When keys that the index has given away were due, ms, until an event settles or moves them: in hand, under way, or waiting for that. */
  private readonly due = new Map<string, number>();
  /** Runs of keys in hand that did not settle them, and failed if so. */
  private readonly repeats = new Map<string, { runs: number; failed: boolean }>();
  private readonly pool: RunPool;
  private readonly preparation: Preparation;
  private processing: Processing | null = null;
  private timer: NodeJS.Timeout | null = null;
  private wakesAtMs = Number.POSITIVE_INFINITY;
  private tidiedAtMs = 0;
  private tidying: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: ProcessRunnerOptions) {
    this.pool = new RunPool(options.process);
    this.preparation = new Preparation(options.process);
  }

  get name(): string {
    return this.options.process.name;
  }

  start(): void {
    const { process, jobs } = this.options;
    process.index.watcher = this;
    const concurrency = this.pool.concurrency * (process.together?.limit ?? 1);
    this.processing = jobs.process(this.name, { concurrency }, (key, attempt) => this.woken(key, attempt));
    this.tick();
  }

  /** Begins no more; resolves when the runs under way have ended. What was in hand waits in the index again. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.pool.close();
    await this.processing?.close();
    await Promise.all([this.pool.idle(), this.preparation.close(), this.tidying]);
    const { index } = this.options.process;
    if (index.watcher === this) index.watcher = null;
    const nowMs = this.options.clock.now();
    for (const [key] of this.hand.entries()) index.queue.set(key, this.due.get(key) ?? nowMs);
  }

  /** Runs what is due now, whatever wake-ups there are; resolves when that, and what was under way, has ended. */
  async runDue(): Promise<void> {
    const nowMs = this.options.clock.now();
    this.hurry(nowMs);
    const all = Number.POSITIVE_INFINITY;
    const taken = this.options.process.index.queue.takeDueEntries(nowMs, all);
    for (const [key, dueMs] of taken) this.due.set(key, dueMs);
    const keys = [...taken.map(([key]) => key), ...this.hand.takeDue(nowMs + GRACE_MS, all)];
    await Promise.all(keys.map((key) => this.runUnwoken(key)));
    await this.pool.idle();
  }

  figures(): ProcessFigures {
    const { process, clock } = this.options;
    let oldestMs = process.index.queue.nextDueMs() ?? Number.POSITIVE_INFINITY;
    for (const dueMs of this.due.values()) if (dueMs < oldestMs) oldestMs = dueMs;
    let failing = 0;
    for (const { failed } of this.repeats.values()) if (failed) failing += 1;
    return {
      pending: process.index.queue.size + this.hand.size + this.pool.size,
      oldestDueMs: Math.max(clock.now() - oldestMs, 0),
      failing,
    };
  }

  earlier(): void {
    this.arm();
  }

  moved(key: string): void {
    this.hand.remove(key);
    this.due.delete(key);
    this.pool.moved(key);
    const repeat = this.repeats.get(key);
    if (!repeat) return;
    this.repeats.delete(key);
    if (repeat.failed) this.options.jobs.cancel(this.name, [key]).catch(() => undefined);
  }

  holds(key: string): boolean {
    // Not only in hand: between a run that failed and the taking in hand for the next one events are folded, too.
    return this.due.has(key) || this.pool.has(key);
  }

  private tick(): void {
    this.wakesAtMs = Number.POSITIVE_INFINITY;
    if (this.closed) return;
    const nowMs = this.options.clock.now();
    this.hurry(nowMs);
    for (const key of this.hand.takeDue(nowMs, MOST_IN_HAND)) void this.runUnwoken(key);
    this.takeInHand(nowMs);
    if (Math.abs(nowMs - this.tidiedAtMs) > TIDY_EVERY_MS) {
      this.tidiedAtMs = nowMs;
      this.tidying = this.tidy().catch(() => undefined);
    }
    this.arm();
  }

  /** What was counted from a clock that was days ahead is due now. */
  private hurry(nowMs: number): void {
    for (const waiting of [this.hand, this.options.process.index.queue])
      waiting.moveThoseAfter(nowMs + LONGEST_WAIT_MS, nowMs);
  }

  /** Overdue keys run at once; for those that are due soon wake-ups are asked for. */
  private takeInHand(nowMs: number): void {
    const { queue } = this.options.process.index;
    const room = MOST_IN_HAND - this.hand.size - this.pool.size;
    const ahead: { id: string; dueMs: number }[] = [];
    for (const [key, dueMs] of queue.takeDueEntries(nowMs + AHEAD_MS, Math.max(room, 0))) {
      this.due.set(key, dueMs);
      if (dueMs <= nowMs) void this.runUnwoken(key);
      else ahead.push({ id: key, dueMs });
    }
    if (ahead.length === 0) return;
    for (const { id, dueMs } of ahead) this.hand.set(id, dueMs + GRACE_MS);
    this.preparation.add(ahead.map(({ id }) => id));
    this.options.jobs.schedule(this.name, ahead).catch(() => {
      // No wake-ups now: those keys are run at their time without.
      for (const { id, dueMs } of ahead) if (this.hand.dueMs(id) !== undefined) this.hand.set(id, dueMs);
      this.arm();
    });
  }

  private arm(): void {
    if (this.closed) return;
    const nowMs = this.options.clock.now();
    const inHand = this.hand.nextDueMs() ?? Number.POSITIVE_INFINITY;
    const full = this.hand.size + this.pool.size >= MOST_IN_HAND;
    const inIndex = full ? null : this.options.process.index.queue.nextDueMs();
    const next = Math.min(inHand, (inIndex ?? Number.POSITIVE_INFINITY) - AHEAD_MS, nowMs + LONGEST_SLEEP_MS);
    if (this.timer && next >= this.wakesAtMs && this.wakesAtMs <= nowMs + LONGEST_SLEEP_MS) return;
    if (this.timer) clearTimeout(this.timer);
    this.wakesAtMs = next;
    this.timer = setTimeout(() => this.tick(), Math.max(next - nowMs, 1));
    this.timer.unref();
  }

  /** A wake-up: for a key in hand, or, when an admin repeats it, for any that is due. */
  private async woken(key: string, attempt: number): Promise<void> {
    const { clock, process } = this.options;
    if (this.pool.has(key)) return;
    const inHand = this.hand.dueMs(key) !== undefined;
    const dueMs = process.index.queue.dueMs(key);
    if (!inHand && (dueMs === undefined || !hasCome(dueMs, clock.now()))) return;
    process.index.queue.remove(key);
    if (dueMs !== undefined) this.due.set(key, dueMs);
    this.hand.remove(key);
    try {
      await this.run(key);
    } catch (error) {
      // Jobs tries again; should it not, the key is run without.
      if (this.repeats.has(key)) this.hand.set(key, clock.now() + pauseMs(attempt) + GRACE_MS);
      this.arm();
      throw error;
    }
  }

  private async runUnwoken(key: string): Promise<void> {
    const { jobs, clock } = this.options;
    if (this.pool.has(key)) {
      this.hand.set(key, clock.now() + GRACE_MS);
      return;
    }
    this.hand.remove(key);
    try {
      await this.run(key);
    } catch {
      const repeat = this.repeats.get(key);
      if (!repeat) return;
      const dueMs = clock.now() + retryDelayMs(Math.min(repeat.runs, 6));
      this.hand.set(key, dueMs + GRACE_MS);
      jobs.schedule(this.name, [{ id: key, dueMs }]).catch(() => undefined);
      this.arm();
    }
  }

  /** Runs the key, and keeps it in hand until its outcome is in the index. */
  private async run(key: string): Promise<void> {
    const { clock, onError } = this.options;
    let failure: { error: unknown } | null = null;
    try {
      await this.pool.run(key);
    } catch (error) {
      failure = { error };
      onError(error, this.name, key);
    }
    if (this.pool.take(key)) {
      this.arm();
      return;
    }
    const runs = (this.repeats.get(key)?.runs ?? 0) + 1;
    this.repeats.set(key, { runs, failed: failure !== null });
    if (failure) throw failure.error;
    this.hand.set(key, clock.now() + Math.min(FIRST_REPEAT_MS * 2 ** (runs - 1), LONGEST_PAUSE_MS));
    this.arm();
  }

  /** Failed wake-ups of keys that were settled while nobody could say so. */
  private async tidy(): Promise<void> {
    const { jobs } = this.options;
    for (let offset = 0; ; ) {
      const failed = await jobs.list(this.name, 'failed', { offset, limit: TIDY_PAGE });
      const gone = failed.map(({ id }) => id).filter((id) => !this.isPending(id));
      await jobs.cancel(this.name, gone);
      if (failed.length < TIDY_PAGE) return;
      offset += failed.length - gone.length;
    }
  }

  private isPending(key: string): boolean {
    return this.holds(key) || this.options.process.index.queue.dueMs(key) !== undefined;
  }
}

/** What Jobs waits at most after a failed attempt. */
const pauseMs = (attempt: number): number => Math.min(1000 * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
