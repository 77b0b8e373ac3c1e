import { chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Key, open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';

/** lmdb tells the reason of a failed commit right after the failure, if it tells it. */
const REASON_MS = 1_000;

/**
 * Opens an LMDB environment. The block that lmdb would put around the writes of a turn (`eventTurnBatching`) rejects a
 * promise that nobody has when a commit fails, which ends the process: on a full disk, say. What must be stored together is
 * one `batch` or `transaction`.
 */
export function openEnvironment<V, K extends Key>(options: RootDatabaseOptionsWithPath): RootDatabase<V, K> {
  const root = open<V, K>({ ...options, eventTurnBatching: false });
  giveLock(options);
  return root;
}

/** LMDB makes a lock that is missing, as after a restore, also for a reading. Root's could be opened by nobody whose data these are. */
function giveLock({ path, noSubdir }: RootDatabaseOptionsWithPath): void {
  if (path === undefined || process.geteuid?.() !== 0) return;
  const data = statSync(noSubdir ? path : join(path, 'data.mdb'), { throwIfNoEntry: false });
  const lock = noSubdir ? `${path}-lock` : join(path, 'lock.mdb');
  const made = statSync(lock, { throwIfNoEntry: false });
  if (data && made && made.uid !== data.uid) chownSync(lock, data.uid, data.gid);
}

/** The reason of a commit's failure, as far as it is told: lmdb hands it over by a promise on the error that it rejects with. */
export async function commitErrorOf(error: unknown): Promise<unknown> {
  const reason = (error as { commitError?: Promise<unknown> } | null)?.commitError;
  if (!reason) return error;
  const told = reason.then(
    () => error,
    (cause: unknown) => cause,
  );
  return Promise.race([told, sleep(REASON_MS, error, { ref: false })]);
}

/** What a write answers. Where its commit failed, throws the reason, which must not go unhandled either. */
export async function committed<T>(written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    throw await commitErrorOf(error);
  }
}
