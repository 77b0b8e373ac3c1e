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
  /** Position of the last event. */
  readonly head: bigint;
  /** Id of the event at the position that was asked for; null if there is none. */
  readonly eventAt: string | null;
}

const NOTHING: StoredLog = { claimedBy: null, firstStream: null, head: 0n, eventAt: null };

/**
 * What a start finds in the log of a folder, by reading alone: beside whoever uses it, and without making anything.
 * @throws {EventStoreError} `Damaged` where a start would say so; LMDB ends the process where pages are missing at the end of the file
 */
export async function lookAtLog(directory: string, position: bigint | null = null): Promise<StoredLog> {
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
    const eventAfter = (after: number) => reader.readAll(after, 1)[0];
    const asked = position === null ? undefined : eventAfter(Number(position) - 1);
    return {
      claimedBy: ownerOf(environment),
      firstStream: eventAfter(0)?.stream ?? null,
      head: headOf(reader),
      eventAt: asked?.position === position ? (asked?.id ?? null) : null,
    };
  } catch (error) {
    throw unreadable(directory, error);
  } finally {
    await environment.root.close();
  }
}

function headOf(reader: LogReader): bigint {
  const last = reader.lastRecord();
  if (!last) return 0n;
  return reader.readAll(last.first - 1).at(-1)?.position ?? 0n;
}
