import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UNKNOWN_STREAM, unreadBehind } from '../../platform/event-store/verify-report.js';
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
  /** Whether this process has the log open and writes it: the other one only reads it then. */
  readonly isInUse?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

export const IN_USE = 'in-use';
/** How LMDB, or the system for it, ends a process that follows a page which is none. */
const ENDS_OF_DAMAGE: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGSEGV']);

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
  const args = [directory, how.isInUse ? IN_USE : ''];
  const first = await look(how, args, emit);
  const { told, last, end } = isDamage(first) ? await look(how, [...args, '1'], () => {}) : first;
  if (told && 'result' in told) return told.result;
  if (told && 'error' in told) throw new OperationRefused(told.error);
  how.signal?.throwIfAborted();
  if (!ENDS_OF_DAMAGE.has(end)) {
    throw new OperationRefused(
      `the process that looked at the log was ended (${end}): nothing is known of it`,
    );
  }
  const position = last?.done ?? 0;
  const [events = '0 events', stream = null] = (last?.detail ?? '').split(', index up to ');
  return {
    events: Number.parseInt(events, 10) || 0,
    streams: 0,
    problems: [
      {
        position: String(position),
        stream: stream ?? UNKNOWN_STREAM,
        problem: unreadBehind(position, stream, `LMDB ended with ${end}`),
      },
    ],
  };
}

const isDamage = ({ told, end }: Looked): boolean => told === null && ENDS_OF_DAMAGE.has(end);

function look(
  { entry, execArgv = process.execArgv, signal }: VerifyProcess,
  args: readonly string[],
  emit: (progress: Progress) => void,
): Promise<Looked> {
  const child = fork(fileURLToPath(entry), [...args], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const end = (): boolean => child.kill('SIGKILL');
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end);
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
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', end);
      resolve({ told, last, end: by ?? `code ${code}` });
    });
  });
}
