import type { Settings } from '../../platform/config/settings.js';
import type { Logger } from '../../platform/logging/logger.js';
import { connectServer } from '../open-data-directory.js';
import type { OperationName, OperationTypes, Progress } from './operation-types.js';

export interface RunOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly importWorker?: URL;
  /** Entry of the process that looks at a log which may be damaged. */
  readonly verifyProcess?: URL;
  readonly passwordCost?: number;
  readonly onProgress: (progress: Progress) => void;
  /** Stops an operation that can be stopped. */
  readonly signal: AbortSignal;
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
  const control = await connectServer(options.settings.dataDir);
  if (!control) {
    // The whole product: to load it beside a server that works would take a second of its processor.
    const { runHere } = await import('./run-here.js');
    return runHere(name, params, options);
  }
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
