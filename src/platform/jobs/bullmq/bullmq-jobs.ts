import { Redis } from 'ioredis';
import type { Clock } from '../../kernel/clock.js';
import {
  FIRST_RETRY_MS,
  type Job,
  type JobCounts,
  type JobState,
  Jobs,
  JobsUnavailable,
  type Page,
  type Processing,
  type WakeUp,
  type WakeUpHandler,
} from '../jobs.js';
import { BullMqQueue } from './bullmq-queue.js';
import { within } from './within.js';

/** What a call may take before Redis counts as away. */
const ANSWER_WITHIN_MS = 2000;
const LOCK_MS = 10_000;
/** What Redis may take to let a queue go. */
const CLOSE_WITHIN_MS = 1000;
const LONGEST_RECONNECT_MS = 1000;

export interface BullMqJobsOptions {
  readonly url: string;
  /** Before all keys in Redis: several installations may share one. */
  readonly prefix: string;
  readonly clock: Clock;
  /** Connection failures and what BullMQ reports of itself. Redis may be away at any time, from the start on. */
  readonly onError: (error: unknown) => void;
  /** Default {@link FIRST_RETRY_MS}. */
  readonly firstRetryMs?: number;
  /** What hangs or died for longer has its wake-ups handled again; default {@link LOCK_MS}. */
  readonly lockMs?: number;
}

/** Jobs in Redis by BullMQ. Redis must be set to `noeviction` and should keep an append-only file. */
export class BullMqJobs extends Jobs {
  private readonly redis: Redis;
  private readonly queues = new Map<string, BullMqQueue>();
  private readonly open: Processing[] = [];

  constructor(private readonly options: BullMqJobsOptions) {
    super();
    this.redis = this.connect(false);
    this.redis.on('error', options.onError);
  }

  schedule(queue: string, wakeUps: readonly WakeUp[]): Promise<void> {
    return this.ask(queue, (found) => found.schedule(wakeUps));
  }

  cancel(queue: string, ids: readonly string[]): Promise<void> {
    return this.ask(queue, (found) => found.cancel(ids));
  }

  process(queue: string, { concurrency }: { concurrency: number }, handler: WakeUpHandler): Processing {
    const processing = this.queue(queue).process(concurrency, handler);
    this.open.push(processing);
    return processing;
  }

  counts(queue: string): Promise<JobCounts> {
    return this.ask(queue, (found) => found.counts());
  }

  list(queue: string, state: JobState, page: Page): Promise<Job[]> {
    return this.ask(queue, (found) => found.list(state, page));
  }

  retry(queue: string, id: string): Promise<boolean> {
    return this.ask(queue, (found) => found.retry(id));
  }

  retryAll(queue: string): Promise<number> {
    return this.ask(queue, (found) => found.retryAll());
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((processing) => processing.close()));
    await within(
      CLOSE_WITHIN_MS,
      [...this.queues.values()].map((queue) => queue.close()),
    );
    this.redis.disconnect();
  }

  /** @throws {JobsUnavailable} if Redis is away or does not answer in time */
  private async ask<R>(queue: string, call: (queue: BullMqQueue) => Promise<R>): Promise<R> {
    if (this.redis.status !== 'ready') throw new JobsUnavailable();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new JobsUnavailable()), ANSWER_WITHIN_MS);
    });
    try {
      return await Promise.race([call(this.queue(queue)), late]);
    } catch (error) {
      if (this.redis.status !== 'ready' || isAway(error)) throw new JobsUnavailable();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param waits whether commands wait while Redis is away; else they fail at once, as nothing bounds how many wait */
  private connect(waits: boolean): Redis {
    const redis = new Redis(this.options.url, {
      maxRetriesPerRequest: null,
      enableOfflineQueue: waits,
      disconnectTimeout: CLOSE_WITHIN_MS,
      retryStrategy: (times) => Math.min(50 * 2 ** times, LONGEST_RECONNECT_MS),
    });
    // BullMQ tells what fails on a worker's connection.
    redis.on('error', () => undefined);
    return redis;
  }

  private queue(name: string): BullMqQueue {
    const known = this.queues.get(name);
    if (known) return known;
    const { redis } = this;
    const connect = (): Redis => this.connect(true);
    const { prefix, clock, onError, firstRetryMs = FIRST_RETRY_MS, lockMs = LOCK_MS } = this.options;
    const made = new BullMqQueue({ name, redis, connect, prefix, clock, onError, firstRetryMs, lockMs });
    this.queues.set(name, made);
    return made;
  }
}

/** What the driver says between losing its connection and noticing it. */
const isAway = (error: unknown): boolean =>
  error instanceof Error && /enableOfflineQueue|Connection is closed|ECONN|EPIPE/.test(error.message);
