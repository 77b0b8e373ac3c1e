import type { Settings } from '../../platform/config/settings.js';
import type { ControlClient } from '../../platform/data-directory/control-client.js';
import type { Logger } from '../../platform/logging/logger.js';
import { connectServer } from '../open-data-directory.js';
import {
  type Interruption,
  interrupted,
  interruptionOf,
  isInterrupted,
  untilAborted,
  withWhatIsLeft,
} from './interruption.js';
import type { OperationName, OperationTypes, Progress } from './operation-types.js';

export interface RunOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly importWorker?: URL;
  /** Entry of the process that looks at a log which may be damaged. */
  readonly verifyProcess?: URL;
  readonly passwordCost?: number;
  readonly onProgress: (progress: Progress) => void;
  /** Stops an operation that can be stopped. Its reason is {@link interrupted}. */
  readonly signal: AbortSignal;
  /** Told what to say to whoever interrupts. */
  readonly onBegin?: (atFirst: string) => void;
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
  const { onBegin, signal } = options;
  const interruption = interruptionOf(name, control ? 'server' : 'here');
  onBegin?.(interruption.atFirst);
  try {
    if (!control) {
      // The whole product: to load it beside a server that works would take a second of its processor.
      const { runHere } = await import('./run-here.js');
      return await runHere(name, params, options);
    }
    return await runThere(control, name, params, options, interruption.ending);
  } catch (error) {
    if (signal.aborted && isInterrupted(error)) throw interrupted(interruption.atLast);
    throw withWhatIsLeft(name, error);
  }
}

async function runThere<N extends OperationName>(
  control: ControlClient,
  name: N,
  params: OperationTypes[N]['params'],
  { onProgress, signal }: RunOptions,
  ending: Interruption['ending'],
): Promise<OperationTypes[N]['result']> {
  const show = onProgress as (progress: unknown) => void;
  const call = control.call(name, params, show, ending === 'at its next step' ? signal : undefined);
  try {
    const wait = ending === 'left to the server' ? untilAborted(call, signal) : call;
    return (await wait) as OperationTypes[N]['result'];
  } finally {
    control.close();
  }
}
