import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type LogVerified, OperationRefused, type Progress } from './operation-types.js';

/** What the process that looks tells this one. */
export type VerifyMessage =
  | { readonly progress: Progress }
  | { readonly result: LogVerified }
  | { readonly error: string };

export interface VerifyProcess {
  readonly entry: URL;
  /** Node's own options for it. Default: those of this process. */
  readonly execArgv?: readonly string[];
}

interface Looked {
  readonly told: VerifyMessage | null;
  readonly last: Progress | null;
  readonly end: string;
}

/**
 * Checks the log in a folder in a process of its own. LMDB ends the process that follows a page which is none, or another's, so the one
 * that was asked to name the damage must not be that process. Once it has ended so, another one goes the same way step by step, to tell how far it comes.
 */
export async function verifyApart(
  directory: string,
  emit: (progress: Progress) => void,
  how: VerifyProcess,
): Promise<LogVerified> {
  const first = await look(how, [directory], emit);
  const { told, last, end } = first.told ? first : await look(how, [directory, '1'], () => {});
  if (told && 'result' in told) return told.result;
  if (told && 'error' in told) throw new OperationRefused(told.error);
  const position = last?.done ?? 0;
  const [events = '0 events', stream] = (last?.detail ?? '').split(', index up to ');
  const behind =
    stream === undefined ? `what comes behind position ${position}` : `what the index has behind ${stream}`;
  return {
    events: Number.parseInt(events, 10) || 0,
    streams: 0,
    problems: [
      {
        position: String(position),
        stream: stream ?? '(stream unknown)',
        problem: `${behind} cannot be read: pages of the log's file are damaged (LMDB ended with ${end})`,
      },
    ],
  };
}

function look(
  { entry, execArgv = process.execArgv }: VerifyProcess,
  args: readonly string[],
  emit: (progress: Progress) => void,
): Promise<Looked> {
  const child = fork(fileURLToPath(entry), [...args], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let told: VerifyMessage | null = null;
  let last: Progress | null = null;
  child.on('message', (message: VerifyMessage) => {
    if ('progress' in message) {
      last = message.progress;
      emit(last);
      return;
    }
    told = message;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Unlike `exit` it comes after all messages.
    child.once('close', (code, signal) => resolve({ told, last, end: signal ?? `code ${code}` }));
  });
}
