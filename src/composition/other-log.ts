import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../platform/config/settings.js';
import { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { isInLog } from '../platform/event-store/log-mark.js';
import { LmdbIdempotencyStore } from '../platform/idempotency/embedded/lmdb-idempotency-store.js';
import { LmdbIndexStorage } from '../platform/indexes/embedded/lmdb-index-storage.js';
import { problemOfEnvironment } from '../platform/lmdb/environment-file.js';
import { DataFormatError } from '../platform/migrations/migrations.js';
import { MANIFEST_KEY, type Manifest, reflects } from '../platform/projections/read-models.js';
import { EmbeddedReadStore } from '../platform/read-store/embedded/embedded-read-store.js';
import { OperationRefused, type OperationTypes } from './operations/operation-types.js';

type Log = Pick<EventStore, 'eventAt' | 'headPosition'>;

/**
 * What was made from a log of this directory that is not the one in it now. Each record is on disk before anything that follows from it, so no
 * crash leaves this: the log was replaced, and what the other one sold would be sold again.
 * @param known position (decimal) up to which the other one was followed
 * @param head of the log that is there
 */
export function otherLog(what: string, known: string, head: bigint, dataDir: string): DataFormatError {
  const found =
    head < BigInt(known)
      ? `ends at position ${head}, but ${what} were made from one that went on to ${known}`
      : `has another event at position ${known} than the one that ${what} were made from`;
  return new DataFormatError(
    `the log in ${join(dataDir, 'log')} ${found}: what that one sold later would be sold again. Put that log back, or restore ` +
      'a whole backup into an empty DATA_DIR; to lose what only the other one knew: `npm run cli -- accept-log`',
  );
}

/** Position up to which indexes and read models follow a log that is not this one; null if they follow this one. */
async function followedElsewhere(log: Log, dataDir: string): Promise<string | null> {
  const indexes = join(dataDir, 'indexes');
  if (existsSync(indexes) && problemOfEnvironment(indexes) === null) {
    const storage = LmdbIndexStorage.open(indexes);
    const mark = storage.mark();
    await storage.close();
    if (mark && !(await isInLog(log, mark))) return mark.position;
  }
  const directory = join(dataDir, 'documents');
  if (!existsSync(directory) || problemOfEnvironment(directory) !== null) return null;
  const documents = EmbeddedReadStore.open({ directory });
  const manifest = documents.readCheckpoint(MANIFEST_KEY) as Manifest | null;
  await documents.close();
  return manifest && !(await reflects(manifest, log)) ? manifest.position : null;
}

/**
 * Goes on with the log of a data directory that no server uses, whose lock the caller holds, although more was known: throws away what follows
 * from another one. Answers under idempotency keys go too: the log tells what became of those requests. Broken off, it can be run again.
 * @throws {OperationRefused} where nothing follows from another log
 */
export async function acceptLog({
  dataDir,
  eventStoreUrl,
}: Pick<Settings, 'dataDir' | 'eventStoreUrl'>): Promise<OperationTypes['accept-log']['result']> {
  const directory = join(dataDir, 'log');
  if (eventStoreUrl !== null || !existsSync(directory))
    throw new OperationRefused(`there is no log in ${dataDir}`);
  const log = EmbeddedEventStore.open({ directory });
  try {
    const known = await followedElsewhere(log, dataDir);
    if (known === null)
      throw new OperationRefused(`what is in ${dataDir} follows from its log: there is nothing to accept`);
    if (existsSync(join(dataDir, 'idempotency'))) {
      const idempotency = LmdbIdempotencyStore.open(join(dataDir, 'idempotency'));
      await idempotency.forgetAnswers();
      await idempotency.close();
    }
    for (const name of ['snapshots', 'documents', 'indexes'])
      rmSync(join(dataDir, name), { recursive: true, force: true });
    return { position: String(log.headPosition()), known };
  } finally {
    await log.close();
  }
}
