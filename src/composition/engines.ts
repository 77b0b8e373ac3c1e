import { join } from 'node:path';
import { MIGRATIONS } from '../../migrations/all.js';
import type { Settings } from '../platform/config/settings.js';
import { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import { type EventStore, EventStoreError } from '../platform/event-store/event-store.js';
import type { Timeouts } from '../platform/event-store/eventstoredb/limits.js';
import { verifyByReading } from '../platform/event-store/verify-by-reading.js';
import type { VerifyProgress, VerifyReport } from '../platform/event-store/verify-report.js';
import { LmdbIdempotencyStore } from '../platform/idempotency/embedded/lmdb-idempotency-store.js';
import type { IdempotencyStore } from '../platform/idempotency/idempotency-store.js';
import type { IndexStorage } from '../platform/indexes/index-storage.js';
import { EmbeddedJobs } from '../platform/jobs/embedded/embedded-jobs.js';
import type { Jobs } from '../platform/jobs/jobs.js';
import { type Clock, SystemClock } from '../platform/kernel/clock.js';
import type { Ids } from '../platform/kernel/ids.js';
import { EmbeddedKeyStore } from '../platform/key-store/embedded/embedded-key-store.js';
import type { KeyStore } from '../platform/key-store/key-store.js';
import type { Logger } from '../platform/logging/logger.js';
import { seldom } from '../platform/logging/seldom.js';
import { runMigrations } from '../platform/migrations/migrations.js';
import type { EmbeddedReadStore } from '../platform/read-store/embedded/embedded-read-store.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import { redisReason } from '../platform/redis/redis-reason.js';
import { KeyedHash } from '../platform/security/keyed-hash.js';
import type { MasterKey } from '../platform/security/master-key.js';
import { openMasterKey, type RewrappableKeys } from '../platform/security/master-key-file.js';
import type { SnapshotStore } from '../platform/snapshots/snapshot-store.js';
import { LeaseLost, type WorkerLease } from '../platform/worker-lease/worker-lease.js';
import { refuseHalfRestored } from './backup/half-restored.js';
import type { BackedUp } from './backup/take-backup.js';
import { derived, folder, ofThisLog, openDocumentFiles, openNodeFiles } from './derived-files.js';
import { assertOurKeys, claimFiles } from './log-owner.js';
import type { MongoEngines } from './mongodb-engines.js';
import { assertClock, reach } from './reach.js';

/** What a second thread of this process opens as well: it follows the log and writes the documents. */
export interface EmbeddedEngines {
  readonly log: EmbeddedEventStore;
  readonly logDirectory: string;
  readonly documents: EmbeddedReadStore;
  readonly documentsDirectory: string;
  /** The disk, or what another thread left of it, cannot be trusted any more: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** Where documents, keys and answers are kept. */
interface Stores {
  /** For those who read. */
  readonly documents: ReadStore;
  readonly idempotency: IdempotencyStore;
  readonly keys: KeyStore & RewrappableKeys;
  readonly master: MasterKey;
  /** Which of several processes is the worker; null: this is the only one. */
  readonly lease: WorkerLease | null;
  /** The documents for the worker, who alone writes them. @param token of its lease */
  documentsFor(token: number): Promise<ReadStore>;
  /** All collections of documents were made anew by another process. */
  documentsReplaced(): void;
}

/** Everything that keeps data, opened. */
export interface Engines extends Stores {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
  readonly indexes: IndexStorage;
  readonly jobs: Jobs;
  /** Set where both the log and the documents are files here. */
  readonly embedded: EmbeddedEngines | null;
  /** What a backup takes; null where not all of it is files here. */
  readonly backedUp: BackedUp | null;
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
  /** How long to wait for servers that are away. */
  readonly patienceMs?: number;
  /** How long EventStoreDB may take; tests wait for less. */
  readonly eventStoreTimeouts?: Timeouts;
}

type Closing = (close: () => Promise<void>) => void;

/** The log's folder in a data directory. */
export const logFolder = (dataDir: string): string => join(dataDir, 'log');

/**
 * Opens the engines that the settings choose: each of the log, and the documents with the keys, on its server where that
 * has a URL, else in the data directory, whose lock the caller holds. The servers' clients are loaded when they are used. What is under `indexes`, `snapshots` and `documents`
 * follows from the log and may be deleted while nothing runs.
 * @throws {EngineUnavailable} naming the variable, when a server cannot be used; whatever was opened is closed.
 */
export async function openEngines(options: EngineOptions): Promise<Engines> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    return { ...(await openAll(options, (one) => closers.push(one))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openAll(options: EngineOptions, closing: Closing): Promise<Omit<Engines, 'close'>> {
  const { settings, logger, onFatal } = options;
  const { dataDir } = settings;
  refuseHalfRestored(dataDir);
  await runMigrations({ directory: dataDir, migrations: MIGRATIONS, log: (line) => logger.info(line) });
  // Keys come first: with the wrong master key nothing else may be touched.
  const mongo = settings.mongoDbUrl ? await openMongo(settings.mongoDbUrl, options) : null;
  if (mongo) closing(() => mongo.close());
  const local = mongo ? null : await openEmbeddedKeys(options, closing);
  const hashes = await KeyedHash.open((mongo ?? local!).keys);
  const log = await openLog(options, hashes, local?.keys ?? null);
  closing(() => log.events.close());
  const { indexes, snapshots } = await openNodeFiles(dataDir, log.events, logger);
  closing(() => snapshots.close());
  closing(() => indexes.close());
  const common = { events: log.events, indexes, snapshots, hashes, verifyLog: log.verify };
  const jobs = await openJobs(options);
  closing(() => jobs.close());
  const node = { ...common, jobs };
  if (mongo) {
    const documentsFor = async (token: number): Promise<ReadStore> =>
      ofThisLog(await mongo.documentsFor(token), log.events, logger);
    return { ...node, ...mongo, documentsFor, embedded: null, backedUp: null };
  }
  const files = await openDocumentFiles(dataDir, log.events, logger);
  closing(() => files.close());
  const idempotency = LmdbIdempotencyStore.open(folder(dataDir, 'idempotency'));
  closing(() => idempotency.close());
  const { documents, directory: documentsDirectory } = files;
  const shared = { logDirectory: logFolder(dataDir), documents, documentsDirectory, onFatal };
  return {
    ...node,
    ...local!,
    documents,
    idempotency,
    lease: null,
    documentsFor: async () => documents,
    documentsReplaced: () => undefined,
    embedded: log.embedded && { log: log.embedded, ...shared },
    backedUp: log.embedded && { log: log.embedded, idempotency, keys: local!.keys },
  };
}

async function openMongo(url: string, options: EngineOptions): Promise<MongoEngines> {
  const { openMongoEngines } = await import('./mongodb-engines.js');
  return openMongoEngines({ url, ...options });
}

/** Wake-ups follow from the log: Redis may be away, now or later. */
async function openJobs({ settings, clock = new SystemClock(), logger }: EngineOptions): Promise<Jobs> {
  const { redisUrl: url, streamNamespace: prefix, dataDir } = settings;
  if (url === null) return EmbeddedJobs.open({ directory: derived(folder(dataDir, 'jobs'), logger), clock });
  const onError = seldom((unsaid, error: unknown) =>
    logger.warn(
      { variable: 'REDIS_URL', reason: redisReason(error), ...unsaid },
      'Redis failed and is tried again; what is due is done without it',
    ),
  );
  const { BullMqJobs } = await import('../platform/jobs/bullmq/bullmq-jobs.js');
  return new BullMqJobs({ url, prefix, clock, onError });
}

async function openEmbeddedKeys(
  { settings, ids }: EngineOptions,
  closing: Closing,
): Promise<{ readonly keys: EmbeddedKeyStore; readonly master: MasterKey }> {
  const { dataDir, masterKey: configured, nodeEnv } = settings;
  const keyFolder = folder(dataDir, 'keys');
  const master = await openMasterKey({ configured, dataDir, production: nodeEnv === 'production' }, (key) =>
    EmbeddedKeyStore.matches(keyFolder, key),
  );
  const keys = await EmbeddedKeyStore.open(keyFolder, master, ids);
  closing(() => keys.close());
  return { keys, master };
}

interface OpenLog {
  readonly events: EventStore;
  readonly embedded: EmbeddedEventStore | null;
  readonly verify: Engines['verifyLog'];
}

const REMOVED =
  'the log was removed under this process, or another put in its place: nothing is sold any more; ' +
  'a restart goes on with what is in the directory, if it is that log';

async function openLog(
  options: EngineOptions,
  hashes: KeyedHash,
  keys: EmbeddedKeyStore | null,
): Promise<OpenLog> {
  const { settings, logger, onFatal, patienceMs, eventStoreTimeouts: timeouts } = options;
  const onDeliveryFailure = (err: unknown): void => {
    // Whoever folds the read models tells of that by itself, and stops.
    if (!(err instanceof LeaseLost)) logger.error({ err }, 'a follower of the log failed and tries again');
  };
  const { eventStoreUrl: url, streamNamespace, dataDir } = settings;
  if (!url) {
    const directory = logFolder(dataDir);
    const onRemoved = () => logger.fatal({ directory }, REMOVED);
    const events = EmbeddedEventStore.open({ directory, onFatal, onDeliveryFailure, onRemoved });
    await claimFiles(events, { directory, hashes, keys, streamNamespace });
    return { events, embedded: events, verify: (onProgress) => events.verify(onProgress) };
  }
  const variable = 'EVENTSTORE_URL';
  const onConnectionFailure = seldom((unsaid, err: unknown) =>
    logger.warn(
      { variable, reason: (err as Error).message, ...unsaid },
      'EventStoreDB failed and is tried again',
    ),
  );
  const streamPrefix = `${streamNamespace}.`;
  const { EventStoreDbEventStore } = await import(
    '../platform/event-store/eventstoredb/eventstoredb-event-store.js'
  );
  const open = async (): Promise<EventStore> => {
    const store = await EventStoreDbEventStore.open({
      ...{ url, streamPrefix, timeouts, onDeliveryFailure, onConnectionFailure },
    });
    try {
      assertClock(variable, await store.clockOffset());
      await assertOurKeys(store, hashes);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  };
  const isOutage = (error: unknown): boolean =>
    error instanceof EventStoreError && error.code === 'Unavailable';
  const events = await reach({ variable, open, isOutage, logger, patienceMs });
  return { events, embedded: null, verify: (onProgress) => verifyByReading(events, onProgress) };
}
