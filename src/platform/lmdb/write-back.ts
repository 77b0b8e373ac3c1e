import type { FileHandle } from 'node:fs/promises';

/** Pauses after a look at the file that had changed, and after one at a file that had not. */
const [CHANGING_MS, RESTING_MS] = [50, 1000];

/**
 * Has a file that nobody flushes written to the disk all the time while it changes. Left alone, Linux writes all changed
 * pages of a file once the oldest of them are thirty seconds old: half a gigabyte at once on a busy server, and whatever
 * flush comes meanwhile, the log's above all, waits for it.
 */
export class WriteBack {
  private timer!: NodeJS.Timeout;
  private underWay: Promise<void> | null = null;
  private isClosed = false;
  private writtenMs = Number.NaN;
  private hasFailed = false;

  /**
   * @param file closed with this
   * @param onFailure told once: what was written before may be lost, though reading it still answers
   */
  constructor(
    private readonly file: Pick<FileHandle, 'stat' | 'datasync' | 'close'>,
    private readonly onFailure: (error: unknown) => void,
    private readonly pauses = { changingMs: CHANGING_MS, restingMs: RESTING_MS },
  ) {
    this.lookIn(pauses.restingMs);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.underWay;
    await this.file.close();
  }

  private lookIn(ms: number): void {
    this.timer = setTimeout(() => {
      this.underWay = this.look();
    }, ms).unref();
  }

  private async look(): Promise<void> {
    const { changingMs, restingMs } = this.pauses;
    const hasWritten = await this.write();
    if (!this.isClosed) this.lookIn(hasWritten ? changingMs : restingMs);
  }

  /** Answers whether there was something to write, and it is written. */
  private async write(): Promise<boolean> {
    try {
      const { mtimeMs } = await this.file.stat();
      if (mtimeMs === this.writtenMs) return false;
      await this.file.datasync();
      this.writtenMs = mtimeMs;
      return true;
    } catch (error) {
      if (!this.hasFailed) this.onFailure(error);
      this.hasFailed = true;
      return false;
    }
  }
}
