import { randomFillSync } from 'node:crypto';

/** The process's source of identifiers. Ids enter the domain only inside commands. */
export abstract class Ids {
  /** A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits; lower-case text form. */
  abstract uuid(): string;
}

const POOL_BYTES = 8192;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export class SystemIds extends Ids {
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private used = POOL_BYTES;
  private lastMs = -1;
  /** The first two groups, which all ids of one millisecond share. */
  private time = '';

  constructor(private readonly nowMs: () => number = Date.now) {
    super();
  }

  uuid(): string {
    if (this.used + 10 > POOL_BYTES) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const random = this.pool;
    const from = this.used;
    this.used += 10;
    const hex = (offset: number): string => HEX[random[from + offset]!]!;
    const version = HEX[0x70 | (random[from]! & 0x0f)]!;
    const variant = HEX[0x80 | (random[from + 2]! & 0x3f)]!;
    return (
      `${this.timeOf(this.nowMs())}-${version}${hex(1)}-${variant}${hex(3)}-` +
      `${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`
    );
  }

  private timeOf(ms: number): string {
    if (ms === this.lastMs) return this.time;
    const hex = ms.toString(16).padStart(12, '0');
    this.lastMs = ms;
    this.time = `${hex.slice(0, 8)}-${hex.slice(8)}`;
    return this.time;
  }
}
