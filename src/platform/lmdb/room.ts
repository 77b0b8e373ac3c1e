import { statfsSync } from 'node:fs';
import { StoreUnavailable } from '../kernel/store-unavailable.js';

const MEBIBYTE = 1024 * 1024;
/** Left over by what sales need: the log, data keys, idempotency keys. */
export const LAST_BYTES = 4 * MEBIBYTE;
/** Left over by what follows from the log, so that sales go on for longer. */
export const LAST_DERIVED_BYTES = 16 * MEBIBYTE;
/** A look costs some microseconds; between two looks what is written is counted. */
const LOOK_MS = 20;

/**
 * The space left on a disk, of which the last is not used up. A write that finds no space at all makes LMDB format a message
 * into a buffer that is too small for it, which ends the process as it happens: so none is begun when there is little left.
 */
export class Room {
  private free = 0;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly directory: string,
    private readonly lastBytes: number,
    private readonly freeBytes: (directory: string) => number = freeBytesAt,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Whether so many bytes can be written. */
  has(bytes: number): boolean {
    const now = this.nowMs();
    if (now - this.lookedAtMs > LOOK_MS) {
      this.free = this.freeBytes(this.directory);
      this.lookedAtMs = now;
    }
    return this.free - bytes >= this.lastBytes;
  }

  /** So many bytes are about to be written. */
  count(bytes: number): void {
    this.free -= bytes;
  }

  /** @throws {StoreUnavailable} where so many bytes cannot be written, else counts them. */
  take(bytes: number): void {
    if (!this.has(bytes)) throw new StoreUnavailable(`there is no space left in ${this.directory}`);
    this.count(bytes);
  }
}

/** Where the system does not tell, a full disk shows when something is written. */
function freeBytesAt(directory: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(directory);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
