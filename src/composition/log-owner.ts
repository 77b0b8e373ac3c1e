import type { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import { EventStoreError } from '../platform/event-store/event-store.js';
import type { EventStoreDbEventStore } from '../platform/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EmbeddedKeyStore } from '../platform/key-store/embedded/embedded-key-store.js';
import { DataFormatError } from '../platform/migrations/migrations.js';
import type { KeyedHash } from '../platform/security/keyed-hash.js';
import { EngineUnavailable } from './reach.js';

/** A hash by one of the data keys: it stays when the master key changes, and gives nothing away. */
export const nameOf = (hashes: KeyedHash): string => hashes.hash('log-owner', '');

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
  const { hashes, keys } = files;
  const facts: LogFacts = {
    claimedBy: log.claimedBy,
    isEmpty: log.headPosition() === 0n,
    namespace: namespaceOf(firstStreamOf(log)),
  };
  const problem = problemOfFiles(facts, { haveLog: keys?.haveLog ?? false, name: nameOf(hashes) }, files);
  if (problem !== null) {
    await log.close();
    throw new DataFormatError(problem);
  }
  if (log.claimedBy === null) log.claim(nameOf(hashes));
  if (keys && !keys.haveLog) await keys.noteLog();
}

/** What a log says of itself. */
export interface LogFacts {
  readonly claimedBy: string | null;
  readonly isEmpty: boolean;
  /** What its streams begin with; null if it is empty, or does not tell. */
  readonly namespace: string | null;
}

/**
 * Why a log and data keys of a directory are not used together; null if they are.
 * @param keys null where data keys are kept on a server; `name`: what a log of these keys is claimed by, null if it cannot be told
 */
export function problemOfFiles(
  { claimedBy, isEmpty, namespace }: LogFacts,
  keys: { readonly haveLog: boolean; readonly name: string | null } | null,
  { directory, streamNamespace }: Pick<ClaimedFiles, 'directory' | 'streamNamespace'>,
): string | null {
  if (namespace !== null && namespace !== streamNamespace) {
    return `the log in ${directory} was written with STREAM_NAMESPACE=${namespace}: set the same, or begin with an empty DATA_DIR`;
  }
  if (claimedBy === null) {
    return keys?.haveLog && isEmpty
      ? `the log in ${directory} is missing or empty, and the data keys beside it were used with one: put it back, ` +
          'restore a backup, or begin with an empty DATA_DIR'
      : null;
  }
  return keys === null || claimedBy === keys.name
    ? null
    : `the log in ${directory} was written with other data keys: put back those that it was written with, from the ` +
        'same backup as the log';
}

/** What a log's streams begin with. @param firstStream of its first event */
export const namespaceOf = (firstStream: string | null): string | null =>
  /^([a-z][a-z0-9]*)\./.exec(firstStream ?? '')?.[1] ?? null;

function firstStreamOf(log: EmbeddedEventStore): string | null {
  try {
    return log.readAll(0n, 1)[0]?.stream ?? null;
  } catch (error) {
    // Whoever needs what is damaged says so.
    if (error instanceof EventStoreError) return null;
    throw error;
  }
}
