import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { isInLog } from '../platform/event-store/log-mark.js';
import { LmdbIndexStorage } from '../platform/indexes/embedded/lmdb-index-storage.js';
import { problemOfEnvironment } from '../platform/lmdb/environment-file.js';
import { UnflushedMark } from '../platform/lmdb/unflushed.js';
import { WriteBack } from '../platform/lmdb/write-back.js';
import type { Logger } from '../platform/logging/logger.js';
import { discardReadModels } from '../platform/projections/discard.js';
import { MANIFEST_KEY, type Manifest, reflects } from '../platform/projections/read-models.js';
import { EmbeddedReadStore } from '../platform/read-store/embedded/embedded-read-store.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import { LmdbSnapshotStore } from '../platform/snapshots/embedded/lmdb-snapshot-store.js';
import { otherLog } from './other-log.js';

const OTHER_LOG = 'it was made from another log';

/** A log on a server is restored by itself, and finds what each node had of the one before. One in the data directory is restored with all of it. */
const isHere = (events: EventStore): boolean => events instanceof EmbeddedEventStore;

/** Documents that a server keeps: of this log, or none. */
export async function ofThisLog(
  documents: ReadStore,
  events: EventStore,
  logger: Logger,
): Promise<ReadStore> {
  const manifest = (await documents.readCheckpoint(MANIFEST_KEY)) as Manifest | null;
  if (manifest === null || (await reflects(manifest, events))) return documents;
  logger.warn({ reason: OTHER_LOG }, 'the read models are built anew');
  await discardReadModels(documents);
  return documents;
}

/** A folder in the data directory, made where it is missing. */
export function folder(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** A folder whose content follows from the log: what cannot be opened in it is thrown away and built anew. */
export function derived(directory: string, logger: Logger): string {
  const problem = problemOfEnvironment(directory);
  if (problem !== null) discard(directory, logger, problem);
  return directory;
}

function discard(directory: string, logger: Logger, reason: string): void {
  logger.warn({ directory, reason }, 'this follows from the log and is built anew');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
}

/** What each node keeps for itself, whichever log it follows. */
export interface NodeFiles {
  readonly indexes: LmdbIndexStorage;
  readonly snapshots: LmdbSnapshotStore;
}

/** Indexes and snapshots, of this log or empty. @throws {DataFormatError} where its log was replaced by another one */
export async function openNodeFiles(dataDir: string, events: EventStore, logger: Logger): Promise<NodeFiles> {
  const ofIndexes = derived(folder(dataDir, 'indexes'), logger);
  const ofSnapshots = folder(dataDir, 'snapshots');
  const indexes = LmdbIndexStorage.open(ofIndexes);
  const mark = indexes.mark();
  if (mark === null || (await isInLog(events, mark))) {
    return { indexes, snapshots: LmdbSnapshotStore.open(ofSnapshots) };
  }
  await indexes.close();
  if (isHere(events)) throw otherLog('the indexes', mark.position, await events.headPosition(), dataDir);
  discard(ofIndexes, logger, OTHER_LOG);
  discard(ofSnapshots, logger, OTHER_LOG);
  return { indexes: LmdbIndexStorage.open(ofIndexes), snapshots: LmdbSnapshotStore.open(ofSnapshots) };
}

export interface DocumentFiles {
  readonly documents: EmbeddedReadStore;
  readonly directory: string;
  close(): Promise<void>;
}

/** Read models, of this log or empty. @throws {DataFormatError} where its log was replaced by another one */
export async function openDocumentFiles(
  dataDir: string,
  events: EventStore,
  logger: Logger,
): Promise<DocumentFiles> {
  const directory = folder(dataDir, 'documents');
  const unflushed = new UnflushedMark(directory);
  if (unflushed.isStale) discard(directory, logger, 'the machine stopped while it was in use');
  derived(directory, logger);
  unflushed.set();
  let documents = EmbeddedReadStore.open({ directory });
  const manifest = documents.readCheckpoint(MANIFEST_KEY) as Manifest | null;
  if (manifest !== null && !(await reflects(manifest, events))) {
    await documents.close();
    if (isHere(events))
      throw otherLog('the read models', manifest.position, await events.headPosition(), dataDir);
    discard(directory, logger, OTHER_LOG);
    unflushed.set();
    documents = EmbeddedReadStore.open({ directory });
  }
  const writeBack = new WriteBack(await open(join(directory, 'data.mdb')), (error) => {
    logger.error({ err: error }, 'the read models did not reach the disk: the next start builds them anew');
    unflushed.distrust();
  });
  const close = async (): Promise<void> => {
    await writeBack.close();
    await documents.close();
    unflushed.clear();
  };
  return { documents, directory, close };
}
