import type { Settings } from '../../platform/config/settings.js';
import type { DataDirectory } from '../../platform/data-directory/data-directory.js';
import { openDataDirectory } from '../open-data-directory.js';
import { acceptLog } from '../other-log.js';
import { hasData } from '../own-content.js';
import { type RunningApp, startApp } from '../start.js';
import { restoreHere } from './backups.js';
import { interruptionOf, stepping, untilAborted } from './interruption.js';
import { migrate } from './migrate.js';
import { type OperationName, OperationRefused, type OperationTypes } from './operation-types.js';
import { operationsOn } from './operations.js';
import type { RunOptions } from './run-operation.js';
import { verifyStoppedLog } from './verify.js';

/** Lets the command line use a running server: its operations become methods of the control socket. */
export function serveOperations(
  directory: DataDirectory,
  running: RunningApp,
  settings: Settings,
  verifyProcess?: URL,
): void {
  for (const [name, operation] of Object.entries(operationsOn(running, settings, verifyProcess))) {
    directory.handle(name, (params, emit, signal) => operation(params as never, emit, signal));
  }
}

/** What may begin with an empty data directory. */
const MAKE_DATA: ReadonlySet<OperationName> = new Set(['demo-load', 'migrate', 'restore']);

/** A store made here by mistake would be backed up, verified and found sound, beside the one that is meant. */
function refuseUnused({ dataDir, eventStoreUrl }: Settings): void {
  if (eventStoreUrl !== null || hasData(dataDir)) return;
  throw new OperationRefused(`there is no data in ${dataDir}: set DATA_DIR to where the server has it`);
}

/** Runs an operation in this process, which holds the data directory meanwhile. @throws {DataDirectoryInUseError} */
export async function runHere<N extends OperationName>(
  name: N,
  params: OperationTypes[N]['params'],
  options: RunOptions,
): Promise<OperationTypes[N]['result']> {
  const { settings, logger, importWorker, verifyProcess, passwordCost, onProgress, signal } = options;
  if (!MAKE_DATA.has(name)) refuseUnused(settings);
  const directory = await openDataDirectory(settings.dataDir, name);
  try {
    if (name === 'accept-log') return (await acceptLog(settings)) as OperationTypes[N]['result'];
    if (name === 'migrate') return (await migrate(settings, logger)) as OperationTypes[N]['result'];
    const isEmbedded = settings.eventStoreUrl === null;
    if (name === 'verify' && isEmbedded) {
      return await verifyStoppedLog(settings, onProgress, verifyProcess && { entry: verifyProcess, signal });
    }
    if (name === 'restore') {
      const { folder } = params as OperationTypes['restore']['params'];
      return await restoreHere(settings, folder, stepping(onProgress, signal));
    }
    const running = await startApp({ settings, logger, importWorker, passwordCost, maintenance: true });
    try {
      signal.throwIfAborted();
      const work = operationsOn(running, settings)[name](params, onProgress, signal);
      // The end of the product ends it, where it can be gone on with.
      const canBeLeft = interruptionOf(name, 'here').ending === 'left to the server';
      return await (canBeLeft ? untilAborted(work, signal) : work);
    } finally {
      await running.close();
    }
  } finally {
    await directory.close();
  }
}
