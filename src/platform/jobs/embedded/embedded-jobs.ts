import type { Clock } from '../../kernel/clock.js';
import {
  FIRST_RETRY_MS,
  type Job,
  type JobCounts,
  type JobState,
  Jobs,
  type Page,
  type Processing,
  type WakeUp,
  type WakeUpHandler,
} from '../jobs.js';
import { EmbeddedQueue } from './embedded-queue.js';
import { FailedJobs } from './failed-jobs.js';

export interface EmbeddedJobsOptions {
  /** Where failed ones are kept. */
  readonly directory: string;
  readonly clock: Clock;
  /** Default {@link FIRST_RETRY_MS}. */
  readonly firstRetryMs?: number;
}

/** Timers of this process. */
export class EmbeddedJobs extends Jobs {
  private readonly queues = new Map<string, EmbeddedQueue>();
  private readonly open: Processing[] = [];

  private constructor(
    private readonly options: EmbeddedJobsOptions,
    private readonly kept: FailedJobs,
  ) {
    super();
    for (const { queue, failed } of kept.all()) this.queue(queue).restore(failed);
  }

  static open(options: EmbeddedJobsOptions): EmbeddedJobs {
    return new EmbeddedJobs(options, FailedJobs.open(options.directory));
  }

  schedule(queue: string, wakeUps: readonly WakeUp[]): Promise<void> {
    return this.queue(queue).schedule(wakeUps);
  }

  cancel(queue: string, ids: readonly string[]): Promise<void> {
    return this.queue(queue).cancel(ids);
  }

  process(queue: string, { concurrency }: { concurrency: number }, handler: WakeUpHandler): Processing {
    const processing = this.queue(queue).process({ concurrency, handler });
    this.open.push(processing);
    return processing;
  }

  async counts(queue: string): Promise<JobCounts> {
    return this.queue(queue).counts();
  }

  async list(queue: string, state: JobState, page: Page): Promise<Job[]> {
    return this.queue(queue).list(state, page);
  }

  async retry(queue: string, id: string): Promise<boolean> {
    return (await this.queue(queue).retry([id])) === 1;
  }

  retryAll(queue: string): Promise<number> {
    return this.queue(queue).retryAll();
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((processing) => processing.close()));
    await this.kept.close();
  }

  private queue(name: string): EmbeddedQueue {
    const known = this.queues.get(name);
    if (known) return known;
    const { clock, firstRetryMs = FIRST_RETRY_MS } = this.options;
    const made = new EmbeddedQueue(name, clock, this.kept, firstRetryMs);
    this.queues.set(name, made);
    return made;
  }
}
