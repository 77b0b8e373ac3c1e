import { writeSync } from 'node:fs';

/**
 * Ends the process because its stores cannot be trusted any more: what was acknowledged is on disk, and nothing else must
 * get there. Not by `process.exit`: with writes under way, LMDB's clean-up can wait for ever for a thread that is gone.
 */
export function endAtOnce(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    writeSync(process.stderr.fd, `the stores failed: stopping, nothing more is accepted\n${text}\n`);
  } catch {
    // The same disk may have no room for it.
  }
  process.kill(process.pid, 'SIGKILL');
  // Still there: the first process of a container, to which no signal of its own is lethal. This is none.
  process.abort();
}
