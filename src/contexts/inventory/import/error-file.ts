import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { LineRange } from '../indexes/fingerprint-index.js';

const HEADER = 'line,reason\n';
/** What is cut off within the number of its line has no reason, and could be taken for another line's. */
const ENTRY = /^(\d+),(\w+)$/;

/**
 * `<file>.errors.csv`: line and reason of each row that was not taken in, never a key. Made with the first
 * entry.
 */
export class ErrorFile {
  private file: FileHandle | null = null;
  private writing: Promise<void> = Promise.resolve();

  private constructor(readonly path: string) {}

  /**
   * Opens the error file of an import. Of an earlier run's it keeps the entries for lines that were settled
   * then: all other lines are looked at again.
   */
  static async open(importPath: string, settled: readonly LineRange[]): Promise<ErrorFile> {
    const errors = new ErrorFile(`${importPath}.errors.csv`);
    if (settled.length > 0) await errors.keepSettled(settled);
    else await rm(errors.path, { force: true });
    return errors;
  }

  /** Appends entries, in the order of the calls. */
  write(entries: readonly (readonly [line: number, reason: string])[]): Promise<void> {
    if (entries.length === 0) return this.writing;
    const text = entries.map(([line, reason]) => `${line},${reason}\n`).join('');
    this.writing = this.writing.then(() => this.append(text));
    return this.writing;
  }

  /** Whether there is such a file now. */
  get exists(): boolean {
    return this.file !== null;
  }

  /** @throws what the last entries could not be written for. */
  async close(): Promise<void> {
    try {
      await this.writing;
    } finally {
      await this.file?.close();
    }
  }

  private async append(text: string): Promise<void> {
    if (!this.file) {
      this.file = await open(this.path, 'w', 0o600);
      await this.file.appendFile(HEADER);
    }
    // All of it or an error: `write` leaves out what a disk that is about to be full has no room for.
    await this.file.appendFile(text);
  }

  /** The entries stand in one of two files whenever this is cut off: the lines are not looked at again. */
  private async keepSettled(settled: readonly LineRange[]): Promise<void> {
    const kept = new ErrorFile(`${this.path}.kept`);
    try {
      await kept.copySettled(this.path, settled);
      await kept.close();
      if (kept.exists) await rename(kept.path, this.path);
      else await rm(this.path, { force: true });
    } catch (error) {
      await kept.close().catch(() => undefined);
      await rm(kept.path, { force: true });
      throw error;
    }
    if (kept.exists) this.file = await open(this.path, 'a', 0o600);
    else await rm(kept.path, { force: true });
  }

  private async copySettled(path: string, settled: readonly LineRange[]): Promise<void> {
    const isSettled = (line: number): boolean => settled.some(([from, to]) => from <= line && line <= to);
    const input = createReadStream(path);
    try {
      for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        const [, line, reason] = ENTRY.exec(text) ?? [];
        if (reason !== undefined && isSettled(Number(line))) await this.write([[Number(line), reason]]);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      input.destroy();
    }
  }
}
