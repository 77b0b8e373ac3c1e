import type { EventStoreDbEventStore } from '../platform/event-store/eventstoredb/eventstoredb-event-store.js';
import type { KeyedHash } from '../platform/security/keyed-hash.js';
import { EngineUnavailable } from './reach.js';

/**
 * What the log holds in secret can be read with the data keys that it was written with alone. Their name is a hash by one
 * of them: it stays when the master key changes. @throws {EngineUnavailable} if those here are others.
 */
export async function assertOurKeys(
  log: Pick<EventStoreDbEventStore, 'claim'>,
  hashes: KeyedHash,
): Promise<void> {
  const keys = hashes.hash('log-owner', '');
  if ((await log.claim(keys)) === keys) return;
  throw new EngineUnavailable(
    'EVENTSTORE_URL',
    'the log was written with other data keys than those of this process: where several share a log they need ' +
      'one MONGODB_URL, and a log that was restored needs the keys that were backed up with it',
  );
}
