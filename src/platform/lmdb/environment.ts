import { setTimeout as sleep } from 'node:timers/promises';
import { type Key, open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';

/** lmdb tells the reason of a failed commit right after the failure, if it tells it. */
const REASON_MS = 1_000;

/**
 * Opens an LMDB environment. The block that lmdb would put around the writes of a turn (`eventTurnBatching`) rejects a
 * promise that nobody has when a commit fails, which ends the process: on a full disk, say. What must be stored together is
 * one `batch` or `transaction`.
 */
export const openEnvironment = <V, K extends Key>(options: RootDatabaseOptionsWithPath): RootDatabase<V, K> =>
  open<V, K>({ ...options, eventTurnBatching: false });

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
