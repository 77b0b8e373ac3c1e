import type { Clock } from '../../kernel/clock.js';
import { DueQueue } from '../../kernel/due-queue.js';
import {
  ATTEMPTS,
  errorCode,
  FAILED_KEPT,
  type Job,
  type JobCounts,
  type JobState,
  type Page,
  type Processing,
  retryDelayMs,
  type WakeUp,
  type WakeUpHandler,
} from '../jobs.js';
import type { FailedJob, FailedJobs } from './failed-jobs.js';

/** The clock is looked at again at least this often: it may jump. */
const LONGEST_SLEEP_MS = 1000;

interface Trouble {
  /** When it was due at first. */
  readonly dueMs: number;
  readonly attempts: number;
  readonly lastError: string;
}

interface Consumer {
  readonly concurrency: number;
  readonly handler: WakeUpHandler;
}

/** One queue: due times and tries in memory, failed ones on disk as well. */
export class EmbeddedQueue {
  private readonly due = new DueQueue();
  /** Of those that failed and are tried again. */
  private readonly troubles = new Map<string, Trouble>();
  /** Being handled: since when they were due, and when to wake up again after it. */
  private readonly active = new Map<string, { dueMs: number; again: number | null }>();
  /** The first failed first. */
  private readonly failed = new Map<string, FailedJob>();
  private readonly running = new Set<Promise<void>>();
  private consumer: Consumer | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    private readonly kept: FailedJobs,
    private readonly firstRetryMs: number,
  ) {}

  restore(failed: FailedJob): void {
    this.failed.set(failed.id, failed);
  }

  async schedule(wakeUps: readonly WakeUp[]): Promise<void> {
    const begunAnew: string[] = [];
    for (const { id, dueMs } of wakeUps) {
      const active = this.active.get(id);
      if (active) {
        active.again = dueMs;
        continue;
      }
      this.troubles.delete(id);
      if (this.failed.delete(id)) begunAnew.push(id);
      this.due.set(id, dueMs);
    }
    this.arm();
    if (begunAnew.length > 0) await this.kept.remove(this.name, begunAnew);
  }

  async cancel(ids: readonly string[]): Promise<void> {
    const forgotten = ids.filter((id) => this.failed.delete(id));
    for (const id of ids) {
      this.due.remove(id);
      this.troubles.delete(id);
      const active = this.active.get(id);
      if (active) active.again = null;
    }
    if (forgotten.length > 0) await this.kept.remove(this.name, forgotten);
  }

  process(consumer: Consumer): Processing {
    if (this.consumer) throw new Error(`${this.name} is being processed already`);
    this.consumer = consumer;
    this.arm();
    return {
      close: async () => {
        if (this.consumer === consumer) this.consumer = null;
        if (this.timer) clearTimeout(this.timer);
        await Promise.all(this.running);
      },
    };
  }

  counts(): JobCounts {
    const nowMs = this.clock.now();
    let waiting = 0;
    for (const [, dueMs] of this.due.entries()) if (dueMs <= nowMs) waiting += 1;
    const delayed = this.due.size - waiting;
    return { waiting, delayed, active: this.active.size, failed: this.failed.size };
  }

  list(state: JobState, { offset, limit }: Page): Job[] {
    if (state === 'failed') {
      const failed = [...this.failed.values()].reverse().slice(offset, offset + limit);
      return failed.map((job) => ({ ...job, state }));
    }
    const nowMs = this.clock.now();
    const times: [string, number][] =
      state === 'active'
        ? [...this.active].map(([id, { dueMs }]) => [id, dueMs])
        : [...this.due.entries()].filter(([, dueMs]) => dueMs <= nowMs === (state === 'waiting'));
    return times
      .sort(([, a], [, b]) => a - b)
      .slice(offset, offset + limit)
      .map(([id, dueMs]) => {
        const { attempts = 0, lastError = null } = this.troubles.get(id) ?? {};
        return { id, state, dueMs, attempts, lastError, failedAtMs: null };
      });
  }

  async retry(ids: readonly string[]): Promise<number> {
    const found = ids.filter((id) => this.failed.has(id));
    const dueMs = this.clock.now();
    await this.schedule(found.map((id) => ({ id, dueMs })));
    return found.length;
  }

  retryAll(): Promise<number> {
    return this.retry([...this.failed.keys()]);
  }

  /** Begins what is due and can begin; sets the timer for the rest. */
  private arm(): void {
    const { consumer, clock, due } = this;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (!consumer) return;
    const nowMs = clock.now();
    const free = consumer.concurrency - this.active.size;
    for (const [id, dueMs] of due.takeDueEntries(nowMs, free)) this.begin(consumer, id, dueMs);
    if (this.active.size >= consumer.concurrency) return;
    const next = due.nextDueMs();
    if (next === null) return;
    this.timer = setTimeout(() => this.arm(), Math.min(Math.max(next - nowMs, 0), LONGEST_SLEEP_MS));
    this.timer.unref();
  }

  private begin(consumer: Consumer, id: string, dueMs: number): void {
    this.active.set(id, { dueMs, again: null });
    const running = this.handle(consumer.handler, id, dueMs).finally(() => {
      this.running.delete(running);
      this.arm();
    });
    this.running.add(running);
  }

  private async handle(handler: WakeUpHandler, id: string, dueMs: number): Promise<void> {
    const before = this.troubles.get(id) ?? { dueMs, attempts: 0 };
    const attempts = before.attempts + 1;
    try {
      await handler(id, attempts);
      this.troubles.delete(id);
      this.wakeAgain(id);
    } catch (error) {
      const lastError = errorCode(error);
      if (this.wakeAgain(id)) return;
      if (attempts < ATTEMPTS) {
        this.troubles.set(id, { dueMs: before.dueMs, attempts, lastError });
        this.due.set(id, this.clock.now() + retryDelayMs(attempts, this.firstRetryMs));
        return;
      }
      this.troubles.delete(id);
      await this.fail({ id, dueMs: before.dueMs, attempts, lastError, failedAtMs: this.clock.now() });
    }
  }

  /** Ends the handling; what was scheduled meanwhile waits anew. */
  private wakeAgain(id: string): boolean {
    const again = this.active.get(id)?.again ?? null;
    this.active.delete(id);
    if (again === null) return false;
    this.troubles.delete(id);
    this.due.set(id, again);
    return true;
  }

  private async fail(failed: FailedJob): Promise<void> {
    this.failed.set(failed.id, failed);
    const tooMany = [...this.failed.keys()].slice(0, Math.max(this.failed.size - FAILED_KEPT, 0));
    for (const id of tooMany) this.failed.delete(id);
    // A full disk costs the record of a failure, not the process.
    await Promise.all([this.kept.put(this.name, failed), this.kept.remove(this.name, tooMany)]).catch(
      () => undefined,
    );
  }
}
