import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { LineRange } from '../indexes/fingerprint-index.js';

const HEADER = 'line,reason\n';

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

  async close(): Promise<void> {
    await this.writing;
    await this.file?.close();
  }

  private async append(text: string): Promise<void> {
    if (!this.file) {
      this.file = await open(this.path, 'w', 0o600);
      await this.file.write(HEADER);
    }
    await this.file.write(text);
  }

  private async keepSettled(settled: readonly LineRange[]): Promise<void> {
    const kept = `${this.path}.kept`;
    const target = new ErrorFile(kept);
    const isSettled = (line: number): boolean => settled.some(([from, to]) => from <= line && line <= to);
    try {
      const lines = createInterface({
        input: createReadStream(this.path),
        crlfDelay: Number.POSITIVE_INFINITY,
      });
      for await (const text of lines) {
        const [line, reason = ''] = text.split(',');
        if (/^\d+$/.test(line ?? '') && isSettled(Number(line))) await target.write([[Number(line), reason]]);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await rm(this.path, { force: true });
    if (!target.exists) return;
    await target.close();
    await rename(kept, this.path);
    this.file = await open(this.path, 'a', 0o600);
  }
}
