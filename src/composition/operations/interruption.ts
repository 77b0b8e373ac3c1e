import { ControlError } from '../../platform/data-directory/control-protocol.js';
import type { OperationName, Progress } from './operation-types.js';

/** What becomes of an operation that nobody wants any more. */
type Ending =
  /** It ends at its next step. */
  | 'at its next step'
  /** A server goes on with it; a process of its own ends it. */
  | 'left to the server'
  /** It is done as a whole, or not at all. */
  | 'not before its end';

const ENDINGS: Readonly<Record<OperationName, Ending>> = {
  'accept-log': 'not before its end',
  'demo-load': 'at its next step',
  'demo-remove': 'at its next step',
  'reset-password': 'not before its end',
  'rotate-master-key': 'not before its end',
  backup: 'at its next step',
  restore: 'at its next step',
  migrate: 'not before its end',
  verify: 'at its next step',
  'import-keys': 'at its next step',
  'projections-list': 'left to the server',
  'projections-rebuild': 'left to the server',
  'projections-verify': 'left to the server',
};

const LEFT: Partial<Record<OperationName, string>> = {
  'demo-load': 'the next run adds what is missing',
  'demo-remove': 'the next run takes the rest away',
  backup: 'there is no backup',
  restore: 'nothing was restored',
  'import-keys': 'the next run goes on from here',
};

export type Worker = 'server' | 'here';

/** What the next run goes on with, wherever it was cut off. */
const GONE_ON_WITH: readonly OperationName[] = ['demo-load', 'demo-remove', 'import-keys'];

export interface Interruption {
  readonly ending: Ending;
  /** Said to whoever interrupts. */
  readonly atFirst: string;
  /** Said once it has ended for that. */
  readonly atLast: string;
}

/** How an operation is interrupted that a running server does, or this process. */
export function interruptionOf(name: OperationName, by: Worker): Interruption {
  const ending = ENDINGS[name];
  const left = LEFT[name];
  const atLast = left ? `interrupted; ${left}` : 'interrupted';
  if (by === 'here') {
    const atFirst =
      ending === 'not before its end'
        ? 'this is not stopped halfway: waiting for its end; Ctrl-C again ends it at once'
        : 'this ends at its next step; Ctrl-C again ends it at once';
    return { ending, atFirst, atLast };
  }
  if (ending === 'left to the server') {
    const goesOn =
      'interrupted here; the server goes on with it: `npm run cli -- projections list` shows what is being folded anew';
    return { ending, atFirst: '', atLast: name === 'projections-list' ? atLast : goesOn };
  }
  const atFirst =
    ending === 'not before its end'
      ? 'this is not stopped halfway: waiting for the server; Ctrl-C again leaves it to the server'
      : 'the server ends this at its next step; Ctrl-C again does not wait for that';
  return { ending, atFirst, atLast };
}

/** Of an abort: whoever waits is told so by this code, also across the control socket. */
export const interrupted = (text = 'interrupted'): ControlError => new ControlError(text, 'Interrupted');
export const isInterrupted = (error: unknown): boolean =>
  error instanceof ControlError && error.code === 'Interrupted';

/** The error of an operation, which says what is left where the server went away during its work. */
export function withWhatIsLeft(name: OperationName, error: unknown): unknown {
  const isLost = error instanceof ControlError && error.code === 'ConnectionLost';
  if (!isLost || !GONE_ON_WITH.includes(name)) return error;
  return new ControlError(`${error.message}; ${LEFT[name]}`, error.code);
}

/** Tells of progress, and ends there what nobody wants any more: for what can be left at any of its steps. */
export const stepping =
  (emit: (progress: Progress) => void, signal: AbortSignal) =>
  (progress: Progress): void => {
    signal.throwIfAborted();
    emit(progress);
  };

/** What comes of some work; an abort does not wait for it. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
