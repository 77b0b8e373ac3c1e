import { getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** The niceness of those that wait for everybody. */
const NICEST = 19;

/**
 * Lets the threads that this one starts have the memory limits that they are given. `--max-semi-space-size` is there
 * for this thread, whose heap has its size by now; it would go before the limits of every other thread as well.
 */
export function limitOtherThreads(): void {
  setFlagsFromString('--max-semi-space-size=0');
}

/**
 * Makes this thread wait where other threads want its core. On Linux alone a thread has a priority of its own, and where a
 * sandbox forbids to lower it, it stays as it is.
 * @param steps of niceness: 5 leave it a quarter of a core that another thread fills, 10 a tenth
 */
export function giveWayToOthers(steps: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(getPriority() + steps, NICEST));
  } catch {
    return;
  }
}
