import type { FileHandle } from 'node:fs/promises';

const EVERY_MS = 1000;

/**
 * Has a file that nobody flushes written to the disk once a second while it changes. Left alone, Linux writes all changed
 * pages of a file once the oldest of them are thirty seconds old: half a gigabyte at once on a busy server, and whatever
 * flush comes meanwhile, the log's above all, waits for it.
 */
export class WriteBack {
  private readonly timer: NodeJS.Timeout;
  private underWay: Promise<void> | null = null;
  private writtenMs = Number.NaN;
  private hasFailed = false;

  /**
   * @param file closed with this
   * @param onFailure told once: what was written before may be lost, though reading it still answers
   */
  constructor(
    private readonly file: Pick<FileHandle, 'stat' | 'datasync' | 'close'>,
    private readonly onFailure: (error: unknown) => void,
    everyMs = EVERY_MS,
  ) {
    this.timer = setInterval(() => this.start(), everyMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay;
    await this.file.close();
  }

  private start(): void {
    this.underWay ??= this.write().finally(() => {
      this.underWay = null;
    });
  }

  private async write(): Promise<void> {
    try {
      const { mtimeMs } = await this.file.stat();
      if (mtimeMs === this.writtenMs) return;
      await this.file.datasync();
      this.writtenMs = mtimeMs;
    } catch (error) {
      if (!this.hasFailed) this.onFailure(error);
      this.hasFailed = true;
    }
  }
}
