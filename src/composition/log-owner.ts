import type { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import { EventStoreError } from '../platform/event-store/event-store.js';
import type { EventStoreDbEventStore } from '../platform/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EmbeddedKeyStore } from '../platform/key-store/embedded/embedded-key-store.js';
import { DataFormatError } from '../platform/migrations/migrations.js';
import type { KeyedHash } from '../platform/security/keyed-hash.js';
import { EngineUnavailable } from './reach.js';

/** A hash by one of the data keys: it stays when the master key changes, and gives nothing away. */
const nameOf = (hashes: KeyedHash): string => hashes.hash('log-owner', '');

/**
 * What the log holds in secret can be read with the data keys that it was written with alone.
 * @throws {EngineUnavailable} if those here are others.
 */
export async function assertOurKeys(
  log: Pick<EventStoreDbEventStore, 'claim'>,
  hashes: KeyedHash,
): Promise<void> {
  const keys = nameOf(hashes);
  if ((await log.claim(keys)) === keys) return;
  throw new EngineUnavailable(
    'EVENTSTORE_URL',
    'the log was written with other data keys than those of this process: where several share a log they need ' +
      'one MONGODB_URL, and a log that was restored needs the keys that were backed up with it',
  );
}

export interface ClaimedFiles {
  /** The log's. */
  readonly directory: string;
  readonly hashes: KeyedHash;
  /** Null where data keys are kept on a server. */
  readonly keys: EmbeddedKeyStore | null;
  /** What the streams of this process begin with. */
  readonly streamNamespace: string;
}

/**
 * As {@link assertOurKeys}, for a log in the data directory: it names its data keys, and they know that there is a log. So
 * neither is made anew beside the other, where a folder was lost or a volume is not there. Closes a log that is refused.
 * @throws {DataFormatError}
 */
export async function claimFiles(log: EmbeddedEventStore, files: ClaimedFiles): Promise<void> {
  const problem = problemOf(log, files);
  if (problem !== null) {
    await log.close();
    throw new DataFormatError(problem);
  }
  const { hashes, keys } = files;
  if (log.claimedBy === null) log.claim(nameOf(hashes));
  if (keys && !keys.haveLog) await keys.noteLog();
}

function problemOf(log: EmbeddedEventStore, files: ClaimedFiles): string | null {
  const { directory, hashes, keys, streamNamespace } = files;
  const namespace = namespaceOf(log);
  if (namespace !== null && namespace !== streamNamespace) {
    return `the log in ${directory} was written with STREAM_NAMESPACE=${namespace}: set the same, or begin with an empty DATA_DIR`;
  }
  if (log.claimedBy === null) {
    const isLost = keys?.haveLog && log.headPosition() === 0n;
    return isLost
      ? `the log in ${directory} is missing or empty, and the data keys beside it were used with one: put it back, ` +
          'restore a backup, or begin with an empty DATA_DIR'
      : null;
  }
  return log.claimedBy === nameOf(hashes)
    ? null
    : `the log in ${directory} was written with other data keys: put back those that it was written with, from the ` +
        'same backup as the log';
}

/** What the log's streams begin with; null if it is empty, or does not tell. */
function namespaceOf(log: EmbeddedEventStore): string | null {
  try {
    const [first] = log.readAll(0n, 1);
    return /^([a-z][a-z0-9]*)\./.exec(first?.stream ?? '')?.[1] ?? null;
  } catch (error) {
    // Whoever needs what is damaged says so.
    if (error instanceof EventStoreError) return null;
    throw error;
  }
}
