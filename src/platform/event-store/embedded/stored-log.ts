import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { problemOfStored } from '../../lmdb/environment-file.js';
import { EventStoreError } from '../event-store.js';
import { openLogForReading, ownerOf, unreadable } from './log-environment.js';
import { LogReader } from './log-reader.js';
import { CHECKED_AT_START, checkNewest } from './verify-log.js';

export interface StoredLog {
  readonly claimedBy: string | null;
  /** Of the first event; null if there is none. */
  readonly firstStream: string | null;
}

const NOTHING: StoredLog = { claimedBy: null, firstStream: null };

/**
 * What a start finds in the log of a folder, by reading alone: beside whoever uses it, and without making anything.
 * @throws {EventStoreError} `Damaged` where a start would say so; LMDB ends the process where pages are missing at the end of the file
 */
export async function lookAtLog(directory: string): Promise<StoredLog> {
  const file = join(directory, 'data.mdb');
  if (!existsSync(file) || statSync(file).size === 0) return NOTHING;
  const problem = problemOfStored(directory);
  if (problem)
    throw new EventStoreError('Damaged', `the log in ${directory} cannot be opened: ${problem}`, 'nothing');
  const environment = openLogForReading(directory);
  try {
    // A first start that broke off made no tables.
    if (!environment.log || !environment.streams) return NOTHING;
    const reader = new LogReader(environment);
    checkNewest(environment, reader, CHECKED_AT_START);
    const [first] = reader.readAll(0, 1);
    return { claimedBy: ownerOf(environment), firstStream: first?.stream ?? null };
  } catch (error) {
    throw unreadable(directory, error);
  } finally {
    await environment.root.close();
  }
}
