import { setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** Less than others, and still a tenth of a core that others fill. */
const BACKGROUND_NICENESS = 10;

/**
 * Lets the threads that this one starts have the memory limits that they are given. `--max-semi-space-size` is there
 * for this thread, whose heap has its size by now; it would go before the limits of every other thread as well.
 */
export function limitOtherThreads(): void {
  setFlagsFromString('--max-semi-space-size=0');
}

/** Makes this thread wait where other threads want its core. On Linux alone a thread has a priority of its own. */
export function giveWayToOthers(): void {
  if (process.platform === 'linux') setPriority(BACKGROUND_NICENESS);
}
