import { existsSync } from 'node:fs';
import type { Settings } from '../../platform/config/settings.js';
import { EmbeddedEventStore } from '../../platform/event-store/embedded/embedded-event-store.js';
import type { VerifyProgress, VerifyReport } from '../../platform/event-store/verify-report.js';
import { logFolder } from '../engines.js';
import { type LogVerified, OperationRefused, type Progress } from './operation-types.js';

/** Checks a log and answers in JSON values. */
export async function verifyWith(
  verify: (onProgress: (progress: VerifyProgress) => void) => Promise<VerifyReport>,
  emit: (progress: Progress) => void,
): Promise<LogVerified> {
  const { events, streams, problems } = await verify(({ checkedEvents, checkedPosition, headPosition }) =>
    emit({
      stage: 'Verify',
      done: Number(checkedPosition),
      total: Number(headPosition),
      detail: `${checkedEvents} events`,
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

/**
 * Checks the log of a data directory that no server uses, whose lock the caller holds. Opens nothing but the log: one
 * that is damaged would stop the rest of the product from starting.
 */
export async function verifyStoppedLog(
  { dataDir }: Pick<Settings, 'dataDir'>,
  emit: (progress: Progress) => void,
): Promise<LogVerified> {
  const directory = logFolder(dataDir);
  if (!existsSync(directory)) throw new OperationRefused(`there is no log in ${dataDir}`);
  const log = EmbeddedEventStore.open({ directory, checkAtStart: false });
  try {
    return await verifyWith((onProgress) => log.verify(onProgress), emit);
  } finally {
    await log.close();
  }
}
