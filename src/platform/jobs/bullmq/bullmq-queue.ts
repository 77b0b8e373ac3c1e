import { randomUUID } from 'node:crypto';
import { type Job as BullJob, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../kernel/clock.js';
import {
  ATTEMPTS,
  errorCode,
  FAILED_KEPT,
  type Job,
  type JobCounts,
  type JobState,
  type Page,
  type Processing,
  type WakeUp,
  type WakeUpHandler,
} from '../jobs.js';
import { fromJobId, toJobId } from './job-ids.js';
import { within } from './within.js';

/** After a failed command a worker asks again after this long. */
const ASK_AGAIN_MS = 500;
/** How long a worker waits for a new job before it asks again: the longest pause after a flush. */
const LONGEST_WAIT_SECONDS = 1;
/** Stalling is no failure of the job, so it never counts as one. */
const STALLS = 1_000_000;
/** What Redis may take to let a worker go. */
const CLOSE_WITHIN_MS = 2000;
/** The same while it is away. */
const CLOSE_AWAY_MS = 100;
const RETRIED_AT_ONCE = 100;
const BULL_STATE = { waiting: 'wait', delayed: 'delayed', active: 'active', failed: 'failed' } as const;

/** `call` tells the call that added a job from those that found it there. */
interface JobData {
  readonly dueMs: number;
  readonly call: string;
}

export interface BullMqQueueOptions {
  readonly name: string;
  /** Fails at once while Redis is away. */
  readonly redis: Redis;
  /** A connection of a worker's own, which waits while Redis is away. */
  readonly connect: () => Redis;
  readonly prefix: string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly firstRetryMs: number;
  /** A worker that hangs for longer has its jobs handled again. */
  readonly lockMs: number;
}

/** One of BullMQ's queues. Jobs carry the wake-up's id as theirs, so that there is one of each. */
export class BullMqQueue {
  private made: Queue<JobData> | null = null;
  /** Being handled here: when to wake up again after it. */
  private readonly active = new Map<string, number | null>();

  constructor(private readonly options: BullMqQueueOptions) {}

  async schedule(wakeUps: readonly WakeUp[]): Promise<void> {
    const here = wakeUps.filter(({ id }) => this.active.has(id));
    for (const { id, dueMs } of here) this.active.set(id, dueMs);
    const others = wakeUps.filter(({ id }) => !this.active.has(id));
    if (others.length === 0) return;
    const call = randomUUID();
    // One connection keeps the order: what is read first is what was there before.
    const [before] = await Promise.all([this.stored(others), this.add(others, call)]);
    const after = await this.stored(others);
    for (const [place, wakeUp] of others.entries()) {
      const data = after[place];
      const handledSince = data === null && before[place] === null;
      if (!handledSince && !data?.includes(call)) await this.move(wakeUp);
    }
  }

  async cancel(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.active.has(id)) this.active.set(id, null);
      else await this.queue.remove(toJobId(id));
    }
  }

  process(concurrency: number, handler: WakeUpHandler): Processing {
    const { name, connect, prefix, onError, lockMs } = this.options;
    const connection = connect();
    const running = new Set<Promise<void>>();
    const worker = new Worker<JobData>(
      name,
      (job) => {
        const handled = this.handle(job, handler).finally(() => running.delete(handled));
        running.add(handled);
        return handled;
      },
      {
        connection,
        prefix,
        concurrency,
        runRetryDelay: ASK_AGAIN_MS,
        drainDelay: LONGEST_WAIT_SECONDS,
        lockDuration: lockMs,
        stalledInterval: lockMs / 2,
        maxStalledCount: STALLS,
      },
    );
    worker.on('error', onError);
    const ended = (job: BullJob<JobData> | undefined) => job && this.ended(job);
    worker.on('completed', ended);
    worker.on('failed', ended);
    const close = async (): Promise<void> => {
      const isAway = connection.status !== 'ready';
      const patienceMs = isAway ? CLOSE_AWAY_MS : CLOSE_WITHIN_MS;
      // One that waits for Redis before it ends would keep its timers, and with them the process.
      const closed = worker.close(isAway);
      await Promise.allSettled(running);
      await within(patienceMs, [closed]);
      // One that could not say goodbye would go on connecting.
      await within(patienceMs, [worker.disconnect()]);
      if (connection.status !== 'end') connection.disconnect();
    };
    let closing: Promise<void> | null = null;
    return {
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  }

  async counts(): Promise<JobCounts> {
    const {
      wait = 0,
      delayed = 0,
      active = 0,
      failed = 0,
    } = await this.queue.getJobCounts(...Object.values(BULL_STATE));
    return { waiting: wait, delayed, active, failed };
  }

  async list(state: JobState, { offset, limit }: Page): Promise<Job[]> {
    const found = await this.queue.getJobs(
      [BULL_STATE[state]],
      offset,
      offset + limit - 1,
      state !== 'failed',
    );
    // One that was removed between the two reads is undefined.
    return found.filter(Boolean).map((job) => ({
      id: fromJobId(job.id!),
      state,
      dueMs: job.data.dueMs,
      attempts: job.attemptsMade,
      lastError: job.failedReason || null,
      failedAtMs: state === 'failed' ? (job.finishedOn ?? null) : null,
    }));
  }

  async retry(id: string): Promise<boolean> {
    const job = (await this.queue.getJob(toJobId(id))) as BullJob<JobData> | undefined;
    if (!job || !(await job.isFailed())) return false;
    await job.retry('failed', { resetAttemptsMade: true });
    return true;
  }

  async retryAll(): Promise<number> {
    let retried = 0;
    for (;;) {
      const failed = await this.list('failed', { offset: 0, limit: RETRIED_AT_ONCE });
      const done = await Promise.all(failed.map(({ id }) => this.retry(id)));
      const count = done.filter(Boolean).length;
      if (count === 0) return retried;
      retried += count;
    }
  }

  async close(): Promise<void> {
    await this.made?.close();
  }

  /** Made when Redis is there: one that could not connect at first never works. */
  private get queue(): Queue<JobData> {
    if (this.made) return this.made;
    const { name, redis: connection, prefix, onError } = this.options;
    const made = new Queue<JobData>(name, { connection, prefix });
    made.on('error', onError);
    made.waitUntilReady().catch(() => {
      if (this.made === made) this.made = null;
    });
    this.made = made;
    return made;
  }

  private async add(wakeUps: readonly WakeUp[], call: string): Promise<void> {
    const nowMs = this.options.clock.now();
    const backoff = { type: 'exponential', delay: this.options.firstRetryMs, jitter: 0.5 };
    await this.queue.addBulk(
      wakeUps.map(({ id, dueMs }) => ({
        name: 'wake',
        data: { dueMs, call },
        opts: {
          jobId: toJobId(id),
          delay: Math.max(dueMs - nowMs, 0),
          attempts: ATTEMPTS,
          backoff,
          removeOnComplete: true,
          removeOnFail: { count: FAILED_KEPT },
          stackTraceLimit: 0,
        },
      })),
    );
  }

  /** The jobs' data as Redis has it; null: there is none; undefined: it did not tell. */
  private async stored(wakeUps: readonly WakeUp[]): Promise<(string | null | undefined)[]> {
    const reading = this.options.redis.pipeline();
    for (const { id } of wakeUps) reading.hget(this.queue.toKey(toJobId(id)), 'data');
    const read = (await reading.exec()) ?? [];
    return wakeUps.map((_, place) => read[place]?.[1] as string | null | undefined);
  }

  /** For an id that was there already. */
  private async move(wakeUp: WakeUp): Promise<void> {
    const call = randomUUID();
    const job = (await this.queue.getJob(toJobId(wakeUp.id))) as BullJob<JobData> | undefined;
    const state = await job?.getState();
    if (job && state === 'active') return;
    if (job && state === 'delayed') {
      await job.updateData({ dueMs: wakeUp.dueMs, call });
      await job.changeDelay(Math.max(wakeUp.dueMs - this.options.clock.now(), 0));
      return;
    }
    await job?.remove();
    await this.add([wakeUp], call);
  }

  private async handle(job: BullJob<JobData>, handler: WakeUpHandler): Promise<void> {
    const id = fromJobId(job.id!);
    this.active.set(id, null);
    try {
      await handler(id, job.attemptsMade + 1);
    } catch (error) {
      // BullMQ keeps messages and stacks.
      throw new Error(errorCode(error));
    }
  }

  /** What was scheduled while the handler ran follows now. */
  private ended(job: BullJob<JobData>): void {
    const id = fromJobId(job.id!);
    const dueMs = this.active.get(id) ?? null;
    this.active.delete(id);
    if (dueMs !== null) this.schedule([{ id, dueMs }]).catch(this.options.onError);
  }
}
