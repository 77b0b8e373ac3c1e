import { existsSync } from 'node:fs';
import type { Settings } from '../../platform/config/settings.js';
import { EmbeddedEventStore } from '../../platform/event-store/embedded/embedded-event-store.js';
import { verifyBeside } from '../../platform/event-store/embedded/verify-log.js';
import type { VerifyProgress, VerifyReport } from '../../platform/event-store/verify-report.js';
import { type Engines, logFolder } from '../engines.js';
import { type LogVerified, OperationRefused, type Progress } from './operation-types.js';
import { type VerifyProcess, verifyApart } from './verify-apart.js';

/** Checks a log and answers in JSON values. */
export async function verifyWith(
  verify: (onProgress: (progress: VerifyProgress) => void) => Promise<VerifyReport>,
  emit: (progress: Progress) => void,
): Promise<LogVerified> {
  const { events, streams, problems } = await verify(
    ({ checkedEvents, checkedPosition, headPosition, stream }) =>
      emit({
        stage: 'Verify',
        done: Number(checkedPosition),
        total: Number(headPosition),
        detail:
          stream === undefined ? `${checkedEvents} events` : `${checkedEvents} events, index up to ${stream}`,
      }),
  );
  return {
    events,
    streams,
    problems: problems.map(({ position, stream, problem }) => ({
      position: position.toString(),
      stream,
      problem,
    })),
  };
}

/** Checks the log in a folder that nobody writes to. Opens nothing else: one that is damaged would stop the rest of the product. */
export async function verifyFolder(
  directory: string,
  emit: (progress: Progress) => void,
  atOnce?: number,
): Promise<LogVerified> {
  const log = EmbeddedEventStore.open({ directory, checkAtStart: false });
  try {
    return await verifyWith((onProgress) => log.verify(onProgress, atOnce), emit);
  } finally {
    await log.close();
  }
}

/** Checks the log in a folder that another process writes meanwhile. */
export const verifyFolderInUse = (
  directory: string,
  emit: (progress: Progress) => void,
  atOnce?: number,
): Promise<LogVerified> => verifyWith((onProgress) => verifyBeside(directory, onProgress, atOnce), emit);

/**
 * Checks the log of a product that runs in this process.
 * @param process that looks at it where it is a file; absent: this one does, and ends where LMDB does
 */
export async function verifyRunningLog(
  { events, verifyLog }: Pick<Engines, 'events' | 'verifyLog'>,
  { dataDir }: Pick<Settings, 'dataDir'>,
  emit: (progress: Progress) => void,
  process?: VerifyProcess,
): Promise<LogVerified> {
  if (!process || !(events instanceof EmbeddedEventStore)) return verifyWith(verifyLog, emit);
  try {
    return await verifyApart(logFolder(dataDir), emit, { ...process, isInUse: true });
  } finally {
    events.forgetDeadReaders();
  }
}

/**
 * Checks the log of a data directory that no server uses, whose lock the caller holds.
 * @param process that looks at it; absent: this one does, and ends where LMDB does
 */
export async function verifyStoppedLog(
  { dataDir }: Pick<Settings, 'dataDir'>,
  emit: (progress: Progress) => void,
  process?: VerifyProcess,
): Promise<LogVerified> {
  const directory = logFolder(dataDir);
  if (!existsSync(directory)) throw new OperationRefused(`there is no log in ${dataDir}`);
  return process ? verifyApart(directory, emit, process) : verifyFolder(directory, emit);
}
