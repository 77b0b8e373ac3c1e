import { mkdirSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/environment.js';
import { problemOfOnlyCopy } from '../../lmdb/environment-file.js';
import { EventStoreError } from '../event-store.js';
import { logKey } from './layout.js';

export type Table = Database<Buffer, Buffer>;

/** Stands at position 0, so that every record has one before it. */
const FORMAT = Buffer.from('KeyForge log 1');
/** More instructions than a turn of the event loop can queue: a commit starts when the turn is over. */
const COMMIT_AT_END_OF_TURN = 1_000_000;
/** Address space that the log may fill before it is mapped anew; it takes no memory and no disk. */
export const MAP_BYTES = 64 * 1024 ** 3;
/** In the table of the owner: whose data keys the secrets in the log need. */
const OWNER = Buffer.from('keys');
const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** The LMDB environment of the log. */
export interface LogEnvironment {
  readonly directory: string;
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly log: Table;
  readonly streams: Table;
}

/**
 * Opens or creates the log's environment.
 *
 * `overlappingSync: false` makes LMDB flush before it answers a commit. Synchronous transactions must not be used on
 * it once appends are under way: they would split the append that they interrupt.
 * @throws {EventStoreError} `Failed` if what is there is no log of this format, `Damaged` if LMDB could not read it.
 */
export function openLogEnvironment(directory: string, mapBytes: number): LogEnvironment {
  const problem = problemOfOnlyCopy(directory);
  if (problem)
    throw new EventStoreError('Damaged', `the log in ${directory} cannot be opened: ${problem}`, 'nothing');
  // LMDB would make it for everybody to read, and to write where the umask is 0.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const options = {
    path: directory,
    noSubdir: false,
    overlappingSync: false,
    txnStartThreshold: COMMIT_AT_END_OF_TURN,
    mapSize: mapBytes,
    maxDbs: 4,
    ...BINARY,
  };
  const root = openEnvironment<Buffer, Buffer>(options);
  try {
    const log: Table = root.openDB({ name: 'log', ...BINARY });
    const streams: Table = root.openDB({ name: 'streams', ...BINARY });
    const format = log.get(logKey(0));
    if (format === undefined) log.putSync(logKey(0), FORMAT);
    else if (!format.equals(FORMAT)) {
      throw new EventStoreError('Failed', `${directory} does not hold a log of this format`, 'nothing');
    }
    return { directory, root, log, streams };
  } catch (error) {
    void root.close();
    throw unreadable(directory, error);
  }
}

/** What stopped the reading of a log at its start, by the name of its directory. */
export const unreadable = (directory: string, error: unknown): EventStoreError =>
  error instanceof EventStoreError
    ? error
    : new EventStoreError(
        'Damaged',
        `the log in ${directory} cannot be read: ${(error as Error).message}`,
        'nothing',
      );

/** The name of the data keys that the log was claimed for; null if it was for none. */
export function ownerOf({ root }: LogEnvironment): string | null {
  return ownerTable(root)?.get(OWNER)?.toString('utf8') ?? null;
}

/** Before the first append: see {@link openLogEnvironment}. */
export const writeOwner = ({ root }: LogEnvironment, keys: string): void =>
  ownerTable(root).putSync(OWNER, Buffer.from(keys));

/** What is said of the log as a whole. To be opened before the first append: see {@link openLogEnvironment}. */
export const ownerTable = (root: LogEnvironment['root']): Table => root.openDB({ name: 'owner', ...BINARY });

/**
 * The log's environment for another thread, or another process, than the one that has opened it. LMDB keeps one environment for all
 * threads of a process, this is one more handle on it: it never writes, and goes without a look at the format.
 */
export function openLogForReading(directory: string): LogEnvironment {
  const root = openEnvironment<Buffer, Buffer>({
    path: directory,
    noSubdir: false,
    readOnly: true,
    mapSize: MAP_BYTES,
    maxDbs: 4,
    ...BINARY,
  });
  const log: Table = root.openDB({ name: 'log', ...BINARY });
  const streams: Table = root.openDB({ name: 'streams', ...BINARY });
  return { directory, root, log, streams };
}
