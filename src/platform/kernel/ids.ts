import { randomFillSync } from 'node:crypto';

/** The process's source of identifiers. Ids enter the domain only inside commands. */
export abstract class Ids {
  /** A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits; lower-case text form. */
  abstract uuid(): string;
}

const POOL_BYTES = 8192;
const RANDOM_BYTES = 10;
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const HYPHEN = 0x2d;
const UUID_LENGTH = 36;
/** Where the text of each random byte begins: `…-7xxx-8xxx-xxxxxxxxxxxx`. */
const RANDOM_AT = [14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** Several ids are made for each sale: the text is put together in one buffer, since parts of it would each be a string. */
export class SystemIds extends Ids {
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private used = POOL_BYTES;
  private lastMs = -1;
  private readonly text = Buffer.alloc(UUID_LENGTH, HYPHEN);

  constructor(private readonly nowMs: () => number = Date.now) {
    super();
  }

  uuid(): string {
    this.writeTime(this.nowMs());
    if (this.used + RANDOM_BYTES > POOL_BYTES) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    for (let index = 0; index < RANDOM_BYTES; index += 1) {
      let byte = this.pool[this.used + index]!;
      if (index === 0) byte = 0x70 | (byte & 0x0f);
      else if (index === 2) byte = 0x80 | (byte & 0x3f);
      const at = RANDOM_AT[index]!;
      this.text[at] = DIGITS[byte >> 4]!;
      this.text[at + 1] = DIGITS[byte & 15]!;
    }
    this.used += RANDOM_BYTES;
    return this.text.toString('latin1');
  }

  /** The first two groups, which all ids of one millisecond share. */
  private writeTime(ms: number): void {
    if (ms === this.lastMs) return;
    this.lastMs = ms;
    const hex = ms.toString(16).padStart(12, '0');
    this.text.write(hex.slice(0, 8), 0, 'latin1');
    this.text.write(hex.slice(8), 9, 'latin1');
  }
}
