import { totalmem } from 'node:os';
import { type Finding, ok, warning } from './finding.js';

const MEBIBYTE = 1024 * 1024;
/** What docs/operations.md asks for, stock and imports aside. */
const ENOUGH_BYTES = 512 * MEBIBYTE;
/** A machine of 512 MiB shows a little less. */
const TOLERANCE = 0.9;

/** What a process may use at most: of the machine, or of its container. Node says 0, or more than there is, where no limit is set. */
function usableBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** The system ends a process that uses more than it may by a signal that cannot be caught: only before can it be said why. */
export function checkMemory(bytes = usableBytes()): Finding {
  const text = `${Math.floor(bytes / MEBIBYTE)} MiB`;
  if (bytes >= ENOUGH_BYTES * TOLERANCE) return ok('memory', text);
  return warning(
    'memory',
    `${text} for a process`,
    'give it 512 MiB: with less it is slow under load, or ended by the system without a word',
  );
}
