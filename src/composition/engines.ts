import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../migrations/all.js';
import type { Settings } from '../platform/config/settings.js';
import { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import type { VerifyProgress, VerifyReport } from '../platform/event-store/embedded/verify-log.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { LmdbIdempotencyStore } from '../platform/idempotency/embedded/lmdb-idempotency-store.js';
import type { IdempotencyStore } from '../platform/idempotency/idempotency-store.js';
import { LmdbIndexStorage } from '../platform/indexes/embedded/lmdb-index-storage.js';
import type { IndexStorage } from '../platform/indexes/index-storage.js';
import { BullMqJobs } from '../platform/jobs/bullmq/bullmq-jobs.js';
import { EmbeddedJobs } from '../platform/jobs/embedded/embedded-jobs.js';
import type { Jobs } from '../platform/jobs/jobs.js';
import { type Clock, SystemClock } from '../platform/kernel/clock.js';
import type { Ids } from '../platform/kernel/ids.js';
import { EmbeddedKeyStore } from '../platform/key-store/embedded/embedded-key-store.js';
import type { KeyStore } from '../platform/key-store/key-store.js';
import { problemOfEnvironment } from '../platform/lmdb/environment-file.js';
import { UnflushedMark } from '../platform/lmdb/unflushed.js';
import type { Logger } from '../platform/logging/logger.js';
import { runMigrations } from '../platform/migrations/migrations.js';
import { MANIFEST_KEY, type Manifest } from '../platform/projections/read-models.js';
import { EmbeddedReadStore } from '../platform/read-store/embedded/embedded-read-store.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import { KeyedHash } from '../platform/security/keyed-hash.js';
import type { MasterKey } from '../platform/security/master-key.js';
import { openMasterKey, type RewrappableKeys } from '../platform/security/master-key-file.js';
import { LmdbSnapshotStore } from '../platform/snapshots/embedded/lmdb-snapshot-store.js';
import type { SnapshotStore } from '../platform/snapshots/snapshot-store.js';
import { refuseHalfRestored } from './backup/half-restored.js';
import type { BackedUp } from './backup/take-backup.js';

/** What a second thread of this process opens as well: it follows the log and writes the documents. */
export interface SharedEngines {
  readonly log: EmbeddedEventStore;
  readonly logDirectory: string;
  readonly documents: EmbeddedReadStore;
  readonly documentsDirectory: string;
  /** The disk, or what another thread left of it, cannot be trusted any more: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** Everything that keeps data, opened. */
export interface Engines {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
  readonly indexes: IndexStorage;
  readonly documents: ReadStore;
  readonly idempotency: IdempotencyStore;
  readonly jobs: Jobs;
  readonly shared: SharedEngines;
  readonly backedUp: BackedUp;
  readonly keys: KeyStore & RewrappableKeys;
  readonly master: MasterKey;
  readonly hashes: KeyedHash;
  /** Reads and checks the whole log while it is in use. */
  verifyLog(onProgress: (progress: VerifyProgress) => void): Promise<VerifyReport>;
  /** In the order in which what rests on what was opened, reversed. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly settings: Settings;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** The disk cannot be trusted any more: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** Several connections try again each second: it is told less often. */
const REDIS_TOLD_EVERY_MS = 10_000;

/** The log's folder in a data directory. */
export const logFolder = (dataDir: string): string => join(dataDir, 'log');

/**
 * Opens the embedded engines in the data directory, whose lock the caller holds. What is under `indexes`, `snapshots`
 * and `documents` follows from the log and may be deleted while nothing runs.
 */
export async function openEngines(options: EngineOptions): Promise<Engines> {
  const { settings, ids, logger, onFatal } = options;
  const { dataDir } = settings;
  refuseHalfRestored(dataDir);
  const folder = (name: string): string => {
    const path = join(dataDir, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  await runMigrations({ directory: dataDir, migrations: MIGRATIONS, log: (line) => logger.info(line) });
  const keyFolder = folder('keys');
  const master = await openMasterKey(
    { configured: settings.masterKey, dataDir, production: settings.nodeEnv === 'production' },
    (key) => EmbeddedKeyStore.matches(keyFolder, key),
  );
  const keys = await EmbeddedKeyStore.open(keyFolder, master, ids);
  const hashes = await KeyedHash.open(keys);
  const events = EmbeddedEventStore.open({
    directory: logFolder(dataDir),
    onFatal,
    onDeliveryFailure: (err) => logger.error({ err }, 'a follower of the log failed and tries again'),
  });
  const snapshots = LmdbSnapshotStore.open(folder('snapshots'));
  const indexes = LmdbIndexStorage.open(derived(folder('indexes'), logger));
  const idempotency = LmdbIdempotencyStore.open(folder('idempotency'));
  const jobs = openJobs(options, () => folder('jobs'));
  const documentsDirectory = folder('documents');
  const unflushed = new UnflushedMark(documentsDirectory);
  const documents = await openDocuments(documentsDirectory, unflushed, await events.headPosition(), logger);
  return {
    events,
    snapshots,
    indexes,
    documents,
    idempotency,
    jobs,
    shared: { log: events, logDirectory: logFolder(dataDir), documents, documentsDirectory, onFatal },
    backedUp: { log: events, idempotency, keys },
    keys,
    master,
    hashes,
    verifyLog: (onProgress) => events.verify(onProgress),
    async close() {
      await jobs.close();
      await idempotency.close();
      await documents.close();
      unflushed.clear();
      await indexes.close();
      await snapshots.close();
      await events.close();
      await keys.close();
    },
  };
}

/** Wake-ups follow from the log: Redis may be away, now or later. */
function openJobs(
  { settings, clock = new SystemClock(), logger }: EngineOptions,
  folder: () => string,
): Jobs {
  const { redisUrl: url, streamNamespace: prefix } = settings;
  if (url === null) return EmbeddedJobs.open({ directory: folder(), clock });
  let toldAtMs = 0;
  const onError = (err: unknown): void => {
    if (Date.now() - toldAtMs < REDIS_TOLD_EVERY_MS) return;
    toldAtMs = Date.now();
    logger.warn({ err }, 'Redis failed and is tried again; what is due is done without it');
  };
  return new BullMqJobs({ url, prefix, clock, onError });
}

/** A folder whose content follows from the log: what cannot be opened in it is thrown away and built anew. */
function derived(directory: string, logger: Logger): string {
  const problem = problemOfEnvironment(directory);
  if (problem !== null) discard(directory, logger, problem);
  return directory;
}

function discard(directory: string, logger: Logger, reason: string): void {
  logger.warn({ directory, reason }, 'this follows from the log and is built anew');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
}

/** Read models that are ahead of the log belong to another one: the log was restored without them. */
async function openDocuments(
  directory: string,
  unflushed: UnflushedMark,
  head: bigint,
  logger: Logger,
): Promise<EmbeddedReadStore> {
  if (unflushed.isStale) discard(directory, logger, 'the machine stopped while it was in use');
  derived(directory, logger);
  unflushed.set();
  const documents = EmbeddedReadStore.open({ directory });
  const manifest = documents.readCheckpoint(MANIFEST_KEY) as Manifest | null;
  if (manifest === null || BigInt(manifest.position) <= head) return documents;
  await documents.close();
  discard(directory, logger, 'it is ahead of the log');
  unflushed.set();
  return EmbeddedReadStore.open({ directory });
}
