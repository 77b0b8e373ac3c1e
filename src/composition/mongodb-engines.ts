import { setTimeout as sleep } from 'node:timers/promises';
import { MongoError } from 'mongodb';
import { MONGODB_MIGRATIONS } from '../../migrations/mongodb/all.js';
import type { Settings } from '../platform/config/settings.js';
import type { IdempotencyStore } from '../platform/idempotency/idempotency-store.js';
import { MongoIdempotencyStore } from '../platform/idempotency/mongodb/mongo-idempotency-store.js';
import type { Ids } from '../platform/kernel/ids.js';
import { StoreUnavailable } from '../platform/kernel/store-unavailable.js';
import type { KeyStore } from '../platform/key-store/key-store.js';
import { MongoKeyStore } from '../platform/key-store/mongodb/mongo-key-store.js';
import type { Logger } from '../platform/logging/logger.js';
import { isOutage } from '../platform/mongodb/errors.js';
import { MongoConnection } from '../platform/mongodb/mongo-connection.js';
import { assertKnown, migrateMongo, mongoFormat } from '../platform/mongodb/mongo-migrations.js';
import { claimDatabase, ownerOf } from '../platform/mongodb/mongo-owner.js';
import { inTime, tellingOutages } from '../platform/mongodb/telling-outages.js';
import { MongoReadStore } from '../platform/read-store/mongodb/mongo-read-store.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import type { MasterKey } from '../platform/security/master-key.js';
import { openMasterKey, type RewrappableKeys } from '../platform/security/master-key-file.js';
import { MongoWorkerLease } from '../platform/worker-lease/mongodb/mongo-worker-lease.js';
import type { WorkerLease } from '../platform/worker-lease/worker-lease.js';
import { assertClock, EngineUnavailable, reach, START_PATIENCE_MS } from './reach.js';

const VARIABLE = 'MONGODB_URL';
const MIGRATION_POLL_MS = 500;
/** A whole collection may have to be dropped, or a large batch written by a busy server. */
const WRITER_PATIENCE_MS = 180_000;
/** Indexes may have to be built at a start. */
const SET_UP_PATIENCE_MS = 180_000;
/** The lease is held meanwhile, and nobody works. */
const TAKE_OVER_PATIENCE_MS = 60_000;
const UNAUTHORIZED = 13;
const FORBIDDEN =
  'this user may not do what is needed: give it the roles readWrite and dbAdmin on the database';

/** What is kept on MongoDB. */
export interface MongoEngines {
  readonly documents: ReadStore;
  readonly idempotency: IdempotencyStore;
  readonly keys: KeyStore & RewrappableKeys;
  readonly master: MasterKey;
  readonly lease: WorkerLease;
  documentsFor(token: number): Promise<ReadStore>;
  /** All collections of documents were made anew by another process. */
  documentsReplaced(): void;
  close(): Promise<void>;
}

export interface MongoEnginesOptions {
  readonly url: string;
  readonly settings: Settings;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly patienceMs?: number;
}

/** Connects to MongoDB, which must have a clock like ours. @throws {EngineUnavailable} */
export function connectMongo({
  url,
  logger,
  patienceMs,
}: Pick<MongoEnginesOptions, 'url' | 'logger' | 'patienceMs'>): Promise<MongoConnection> {
  const open = async (): Promise<MongoConnection> => {
    const connection = await MongoConnection.open({ url });
    try {
      assertClock(VARIABLE, await connection.clockOffset());
      if ((await connection.deployment()) === null) {
        logger.warn(
          `${VARIABLE}: MongoDB stands alone, so a write that breaks off fails: make it a replica set`,
        );
      }
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  };
  return reach({ variable: VARIABLE, open: () => inTime(open()), isOutage: isPassing, logger, patienceMs });
}

const isPassing = (error: unknown): boolean => isOutage(error) || error instanceof StoreUnavailable;

/** Sets up what is kept on MongoDB. @throws {EngineUnavailable} where it refuses that or stops answering. */
export async function setUp<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await inTime(work(), SET_UP_PATIENCE_MS);
  } catch (error) {
    if (!(error instanceof MongoError || isPassing(error))) throw error;
    const { code, message } = error as MongoError;
    const problem = code === UNAUTHORIZED ? FORBIDDEN : message;
    throw new EngineUnavailable(VARIABLE, problem, { cause: error });
  }
}

/** @throws {EngineUnavailable}, {MasterKeyError}, {DataFormatError} */
export async function openMongoEngines(options: MongoEnginesOptions): Promise<MongoEngines> {
  const connection = await connectMongo(options);
  try {
    return await setUp(() => openOn(connection, options));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function openOn(connection: MongoConnection, options: MongoEnginesOptions): Promise<MongoEngines> {
  const { settings, ids, logger } = options;
  const { database } = connection;
  await prepare(connection, options);
  await assertOurDatabase(connection, settings);
  const master = await openMasterKey(
    {
      configured: settings.masterKey,
      dataDir: settings.dataDir,
      production: settings.nodeEnv === 'production',
    },
    (key) => MongoKeyStore.matches(database, key),
  );
  const readers = MongoReadStore.forReaders(database);
  const onReplaced = (): void =>
    logger.error(
      { variable: 'KEYFORGE_MASTER_KEY' },
      'the master key was changed: this process reads no secrets until it is restarted with the new one',
    );
  return {
    documents: tellingOutages<ReadStore>(readers),
    idempotency: tellingOutages<IdempotencyStore>(await MongoIdempotencyStore.open(database)),
    keys: tellingOutages(await MongoKeyStore.open(database, master, ids, onReplaced), undefined, ['rewrap']),
    master,
    lease: new MongoWorkerLease(database, {
      onError: (err) =>
        logger.warn({ variable: VARIABLE, err }, 'MongoDB could not be asked for the lease of the worker'),
    }),
    documentsFor: async (token) =>
      tellingOutages<ReadStore>(
        await inTime(MongoReadStore.forWriter(database, token), TAKE_OVER_PATIENCE_MS),
        WRITER_PATIENCE_MS,
      ),
    documentsReplaced: () => readers.forget(),
    close: () => connection.close(),
  };
}

/** Processes that serve requests alone leave the set-up to the others, and wait for it. */
async function prepare(
  { database }: MongoConnection,
  { settings, logger, patienceMs = START_PATIENCE_MS }: MongoEnginesOptions,
): Promise<void> {
  if (settings.role !== 'api') {
    await migrateMongo(database, MONGODB_MIGRATIONS, (line) => logger.info(line));
    return;
  }
  const giveUpAt = performance.now() + patienceMs;
  for (let looks = 0; ; looks += 1) {
    const found = await mongoFormat(database);
    assertKnown(found, MONGODB_MIGRATIONS);
    if (found === MONGODB_MIGRATIONS.length) return;
    if (performance.now() > giveUpAt) {
      const problem = `the database has format ${found} of ${MONGODB_MIGRATIONS.length}`;
      throw new EngineUnavailable(VARIABLE, `${problem}: start a worker, or run \`npm run cli -- migrate\``);
    }
    if (looks === 0)
      logger.warn({ variable: VARIABLE }, 'the database is not set up: this waits for a worker to do it');
    await sleep(MIGRATION_POLL_MS);
  }
}

/**
 * A worker of another namespace would take the lease from this one's, and drop the read models as made from another log.
 * Processes that serve requests alone leave it to the others to take the database. @throws {EngineUnavailable}
 */
async function assertOurDatabase(
  { database }: MongoConnection,
  { role, streamNamespace }: Settings,
): Promise<void> {
  const owner = await (role === 'api' ? ownerOf(database) : claimDatabase(database, streamNamespace));
  if (owner === null || owner === streamNamespace) return;
  throw new EngineUnavailable(
    VARIABLE,
    `the database is that of the processes with STREAM_NAMESPACE=${owner}: set the same, or name another database`,
  );
}
