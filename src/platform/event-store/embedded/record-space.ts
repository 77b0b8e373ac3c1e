import type { RecordSpace } from './event-record.js';

const SLAB_BYTES = 1024 * 1024;

/**
 * Memory for what is on its way to disk, cut from large pieces: one allocation per record would cost more than
 * filling it. A piece is freed when the last append cut from it is written.
 */
export class SlabSpace implements RecordSpace {
  private slab = Buffer.alloc(0);
  private used = 0;

  reserve(bytes: number): Buffer {
    if (this.used + bytes > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.used = 0;
    }
    return this.slab.subarray(this.used, this.used + bytes);
  }

  keep(bytes: number): Buffer {
    const kept = this.slab.subarray(this.used, this.used + bytes);
    this.used += bytes;
    return kept;
  }
}
