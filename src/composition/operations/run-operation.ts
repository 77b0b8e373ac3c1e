import type { Settings } from '../../platform/config/settings.js';
import { connectControl } from '../../platform/data-directory/control-client.js';
import { DataDirectory } from '../../platform/data-directory/data-directory.js';
import type { Logger } from '../../platform/logging/logger.js';
import { type RunningApp, startApp } from '../start.js';
import { restoreHere } from './backups.js';
import type { OperationName, Operations, OperationTypes, Progress } from './operation-types.js';
import { operationsOn } from './operations.js';
import { verifyStoppedLog } from './verify.js';

export interface RunOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly importWorker?: URL;
  readonly passwordCost?: number;
  readonly onProgress: (progress: Progress) => void;
  /** Stops an operation that can be stopped. */
  readonly signal: AbortSignal;
}

/** Lets the command line use a running server: its operations become methods of the control socket. */
export function serveOperations(directory: DataDirectory, running: RunningApp, settings: Settings): void {
  for (const [name, operation] of Object.entries(operationsOn(running, settings))) {
    directory.handle(name, (params, emit, signal) => operation(params as never, emit, signal));
  }
}

/**
 * Runs an operation in the server that holds the data directory, else in this process, under the same lock.
 * @throws {DataDirectoryInUseError} when a server took the directory between the two.
 */
export async function runOperation<N extends OperationName>(
  name: N,
  params: OperationTypes[N]['params'],
  options: RunOptions,
): Promise<OperationTypes[N]['result']> {
  const control = await connectControl(options.settings.dataDir);
  if (!control) return runHere(name, params, options);
  const leave = (): void => control.close();
  options.signal.addEventListener('abort', leave);
  try {
    const onProgress = options.onProgress as (progress: unknown) => void;
    return (await control.call(name, params, onProgress)) as OperationTypes[N]['result'];
  } finally {
    options.signal.removeEventListener('abort', leave);
    control.close();
  }
}

async function runHere<N extends OperationName>(
  name: N,
  params: OperationTypes[N]['params'],
  options: RunOptions,
): Promise<OperationTypes[N]['result']> {
  const { settings, logger, importWorker, passwordCost, onProgress, signal } = options;
  const directory = await DataDirectory.open(settings.dataDir);
  try {
    if (name === 'verify') return await verifyStoppedLog(settings, onProgress);
    if (name === 'restore') {
      return await restoreHere(settings, (params as OperationTypes['restore']['params']).folder, onProgress);
    }
    const running = await startApp({ settings, logger, importWorker, passwordCost, maintenance: true });
    try {
      const operations: Operations = operationsOn(running, settings);
      return await operations[name](params, onProgress, signal);
    } finally {
      await running.close();
    }
  } finally {
    await directory.close();
  }
}
