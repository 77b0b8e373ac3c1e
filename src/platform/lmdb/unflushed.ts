import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = 'unflushed';
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** Stands where the system does not name its boots: then nobody can tell whether it has been up all the time. */
const UNKNOWN_BOOT = 'unknown';

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The mark of an LMDB environment that is written without flushing, since everything in it can be built anew. What a
 * process that dies has written is safe with the system; what a machine that stops has not flushed may be there in
 * parts, which LMDB would not notice. So the mark names the boot during which the environment is in use.
 */
export class UnflushedMark {
  private readonly path: string;
  private isTrusted = true;

  constructor(
    private readonly directory: string,
    private readonly boot: string = read(BOOT_ID) ?? UNKNOWN_BOOT,
  ) {
    this.path = join(directory, MARK);
  }

  /** Whether the machine stopped while the environment was in use: nothing in it can be trusted. */
  get isStale(): boolean {
    const left = read(this.path);
    return left !== null && (left !== this.boot || left === UNKNOWN_BOOT);
  }

  /** To be called before the environment is opened. */
  set(): void {
    writeFileSync(this.path, this.boot, { mode: 0o600 });
    flush(this.path);
    flush(this.directory);
  }

  /** The disk has refused something: whatever comes, the next start trusts nothing. */
  distrust(): void {
    this.isTrusted = false;
    try {
      writeFileSync(this.path, UNKNOWN_BOOT);
    } catch {
      // A disk that refuses this as well will be noticed by more than the mark.
    }
  }

  /** Flushes the environment, which is closed by now, and takes the mark away. */
  clear(): void {
    if (!this.isTrusted) return;
    flush(join(this.directory, 'data.mdb'));
    rmSync(this.path);
  }
}
