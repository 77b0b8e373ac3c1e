import type { StreamAppend } from '../event-store/event-store.js';
import type { View } from './run.js';
import type { CommandContext, Work } from './transaction.js';

/** One command under way: decided at least once, answered when settled. */
export interface Submission {
  readonly context: CommandContext;
  readonly work: Work<unknown>;
  readonly memo: Map<string, unknown>;
  /** By `newId`, in this attempt. */
  madeIds: string[];
  readonly settle: { resolve(result: unknown): void; reject(error: unknown): void };
  attempts: number;
  /** Of the last run: */
  result: unknown;
  views: readonly View[];
  batch: StreamAppend[];
  /** Submissions that this one's answer must wait for. */
  waitsFor: Set<Submission>;
  waiters: Submission[];
}

export const newSubmission = (
  context: CommandContext,
  work: Work<unknown>,
  settle: Submission['settle'],
): Submission => ({
  context,
  work,
  memo: new Map(),
  madeIds: [],
  settle,
  attempts: 0,
  result: undefined,
  views: [],
  batch: [],
  waitsFor: new Set(),
  waiters: [],
});

/** Whether it had something to append and that is on disk. */
export function wasStored(submission: Submission): boolean {
  if (submission.batch.length > 0) return false;
  return submission.views.some((view) => view.appended > 0);
}
