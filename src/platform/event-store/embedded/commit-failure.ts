import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { EventStoreError } from '../event-store.js';

const EIO = 5;
const EFBIG = 27;
const ENOSPC = 28;
const EDQUOT = 122;
const MDB_MAP_FULL = -30792;
const NO_SPACE_CODES: readonly unknown[] = [EFBIG, ENOSPC, EDQUOT, MDB_MAP_FULL, 'EFBIG', 'ENOSPC', 'EDQUOT'];
const MIN_PROBE_BYTES = 1024 * 1024;

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** Whether a file beside the log could grow past the log's size by so many bytes. */
function hasRoomFor(directory: string, bytes: number): boolean {
  const probe = join(directory, 'space-probe');
  try {
    const size = statSync(join(directory, 'data.mdb')).size;
    const file = openSync(probe, 'w', 0o600);
    try {
      // At the log's own size, since the limit may be one on the size of a file.
      const written = writeSync(file, Buffer.alloc(bytes), 0, bytes, size);
      fsyncSync(file);
      return written === bytes;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (NO_SPACE_CODES.includes(codeOf(error))) return false;
    return true;
  } finally {
    rmSync(probe, { force: true });
  }
}

/**
 * Tells a full disk, after which the log is as it was, from a disk that cannot be trusted any more.
 *
 * LMDB writes all pages and flushes them before it writes the page that makes them count, so an append that ran out of
 * space stored nothing. It reports a write cut short for want of space as EIO, which may also be a failing disk: then
 * a file of at least the size of what was to be written is tried.
 */
export function classifyCommitFailure(cause: unknown, directory: string, bytes: number): EventStoreError {
  const code = codeOf(cause);
  const isFull =
    NO_SPACE_CODES.includes(code) ||
    (code === EIO && !hasRoomFor(directory, Math.max(MIN_PROBE_BYTES, 2 * bytes)));
  if (isFull) {
    return new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing', { cause });
  }
  return failed('a commit failed, so what is on disk is not known', cause);
}

export const failed = (what: string, cause: unknown): EventStoreError =>
  new EventStoreError('Failed', `${what}; the process must be started again`, 'unknown', { cause });

/** What an append is told that was never tried, or passed over, because of another one's failure. */
export const notAttempted = (error: EventStoreError): EventStoreError =>
  new EventStoreError(error.code, error.message, 'nothing', { cause: error });

/**
 * What an append is told that came while a failure was looked into. Its maker may go on at once, and must not decide on appends that
 * failed as if they were there: whoever made those is told first.
 */
export async function notAttemptedAfter(failure: Promise<EventStoreError>): Promise<EventStoreError> {
  const error = await failure;
  await turn();
  return notAttempted(error);
}
