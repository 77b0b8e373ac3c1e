import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Finding, problem } from './finding.js';

export interface LookProcess {
  readonly entry: URL;
  /** Node's own options for it. Default: those of this process. */
  readonly execArgv?: readonly string[];
}

/**
 * Looks at what is stored in a process of its own: LMDB ends the process that needs a page which is missing.
 * @param env the settings that it looks with
 */
export function lookApart(
  { entry, execArgv = process.execArgv }: LookProcess,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finding[]> {
  const child = fork(fileURLToPath(entry), [], {
    env: { ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let told: Finding[] | null = null;
  child.on('message', (findings: Finding[]) => {
    told = findings;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Unlike `exit` it comes after all messages.
    child.once('close', (code, by) => resolve(told ?? [ended(by ?? `code ${code}`)]));
  });
}

const ended = (by: string): Finding =>
  problem(
    'log',
    `the log, or the data keys, cannot be read: whoever tries is ended (${by})`,
    'restore a backup into an empty DATA_DIR; `npm run cli -- verify` tells how far the log can be read',
  );
