export interface LogProblem {
  readonly position: bigint;
  readonly stream: string;
  readonly problem: string;
}

export interface VerifyProgress {
  readonly checkedEvents: number;
  /** Position of the last event of the log: the end of the way. */
  readonly headPosition: bigint;
  readonly checkedPosition: bigint;
  /** The last stream whose place in the index was checked, which comes after the events. */
  readonly stream?: string;
}

export interface VerifyReport {
  readonly events: number;
  readonly streams: number;
  /** The first {@link MAX_PROBLEMS} of what is wrong; empty for a sound log. */
  readonly problems: readonly LogProblem[];
}

export const MAX_PROBLEMS = 1000;
export const UNKNOWN_STREAM = '(stream unknown)';

/** What cannot be read of a log. @param stream up to which its index was read; null: not even the events were */
export function unreadBehind(position: number, stream: string | null, reason: string): string {
  const what =
    stream === null ? `what comes behind position ${position}` : `what the index has behind ${stream}`;
  return `${what} cannot be read: pages of the log's file are damaged (${reason})`;
}
