/** Tries of a wake-up before it counts as failed. */
export const ATTEMPTS = 6;
/** The wait before the second try; doubled for each further one, and up to a half taken off at random. */
export const FIRST_RETRY_MS = 1000;
/** Failed wake-ups that a queue keeps; the oldest go first. */
export const FAILED_KEPT = 10_000;

/** A moment at which something is looked at. The id says what; it is shown to admins, so nothing secret is in it. */
export interface WakeUp {
  readonly id: string;
  readonly dueMs: number;
}

export const JOB_STATES = ['waiting', 'delayed', 'active', 'failed'] as const;
/** Due and not begun; not due yet (also: waits for its next try); being handled; given up. */
export type JobState = (typeof JOB_STATES)[number];
export type JobCounts = Readonly<Record<JobState, number>>;

export interface Job {
  readonly id: string;
  readonly state: JobState;
  readonly dueMs: number;
  /** Tries that failed so far. */
  readonly attempts: number;
  /** Code or name of the last failure; null if none. */
  readonly lastError: string | null;
  /** When it was given up; null unless failed. */
  readonly failedAtMs: number | null;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** @param attempt counts from 1 */
export type WakeUpHandler = (id: string, attempt: number) => Promise<void>;

/** Jobs that are being handled, as long as it is open. */
export interface Processing {
  /** Takes no more; resolves when all handlers under way have ended. */
  close(): Promise<void>;
}

/** Jobs cannot be reached now. What asked goes on without them and tries again later. */
export class JobsUnavailable extends Error {
  readonly code = 'JobsUnavailable';

  constructor() {
    super('the jobs cannot be reached');
    this.name = 'JobsUnavailable';
  }
}

/**
 * Wake-ups by queue and id, and a record of those whose handling fails. **They are hints**: what must happen stands in
 * the log, and whoever schedules a wake-up notices if it does not come (see `platform/processes`). So nothing but id and
 * time is kept, and everything here may be lost without harm.
 *
 * A wake-up is handled at or after its due time, at least once, by one process at a time as a rule; after a crash or
 * a stall it may be handled twice, also side by side. A handler that throws is tried {@link ATTEMPTS} times with growing,
 * jittered waits from {@link FIRST_RETRY_MS} on. After that the wake-up stays as failed, up to {@link FAILED_KEPT} of
 * them and across restarts, until it is retried, cancelled or scheduled again. Of the error its code or name alone is
 * kept ({@link errorCode}): messages may carry secrets. What was handled is forgotten.
 *
 * Embedded: timers in memory, so scheduling costs no disk write; failed ones in an LMDB environment of their own.
 * BullMQ: jobs in Redis, seen by all processes; every method but `process` throws {@link JobsUnavailable} within two
 * seconds while Redis is away.
 */
export abstract class Jobs {
  /**
   * Wakes up at the given times. An id that is there already is moved to the new time (a failed one begins anew);
   * while its handler runs, in this process, the new wake-up follows after it.
   */
  abstract schedule(queue: string, wakeUps: readonly WakeUp[]): Promise<void>;
  /** Forgets them, failed ones too. One that is being handled is handled to its end. */
  abstract cancel(queue: string, ids: readonly string[]): Promise<void>;
  /** Handles the queue's wake-ups, at most `concurrency` at once. One call per queue and process at a time. */
  abstract process(queue: string, options: { concurrency: number }, handler: WakeUpHandler): Processing;
  abstract counts(queue: string): Promise<JobCounts>;
  /** Those of one state: the earliest due first, failed ones the last failed first. */
  abstract list(queue: string, state: JobState, page: Page): Promise<Job[]>;
  /** Wakes up a failed one now, with all its tries before it. False if there is no failed one of that id. */
  abstract retry(queue: string, id: string): Promise<boolean>;
  /** Wakes up all failed ones; how many they were. */
  abstract retryAll(queue: string): Promise<number>;
  /** Closes what is still being processed, then lets go of everything. */
  abstract close(): Promise<void>;
}

/** Waits before try number `attempt + 1`, milliseconds. */
export function retryDelayMs(attempt: number, firstMs = FIRST_RETRY_MS): number {
  const longest = firstMs * 2 ** (attempt - 1);
  return Math.round(longest * (1 - Math.random() / 2));
}

/** What may be kept and shown of an error: its code if it has a plain one, else its name. */
export function errorCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  for (const known of [code, name]) {
    if (typeof known === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(known)) return known;
  }
  return 'Error';
}
