import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { LineRange } from '../indexes/fingerprint-index.js';

const HEADER = 'line,reason,import\n';
/** What is cut off within the number of its line has no import, and could be taken for another line's. */
const ENTRY = /^(\d+),(\w+),([\w-]+)$/;

export const DUPLICATE = 'duplicate';

/** Entries of an earlier run that are copied at once: one at a time they took a minute for each million. */
const ENTRIES_PER_WRITE = 1000;

type Entry = readonly [line: number, reason: string];

/** Makes sure that the names in the folder of a file are on disk. */
async function flushNames(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * `<file>.errors.csv`: line, reason and import of each row that was not taken in, never a key. Made with the first
 * entry. The import tells the entries of another content that the file had meanwhile.
 */
export class ErrorFile {
  private file: FileHandle | null = null;
  private writing: Promise<void> = Promise.resolve();
  /** Entries of an earlier run that are kept: what was invalid, and what was a duplicate. */
  readonly kept = { invalid: 0, duplicates: 0 };

  private constructor(
    readonly path: string,
    private readonly importId: string,
  ) {}

  /**
   * Opens the error file of an import. Of an earlier run's it keeps the entries for lines that were settled
   * then: all other lines are looked at again.
   */
  static async open(importPath: string, importId: string, settled: readonly LineRange[]): Promise<ErrorFile> {
    const errors = new ErrorFile(`${importPath}.errors.csv`, importId);
    if (settled.length > 0) await errors.keepSettled(settled);
    else await rm(errors.path, { force: true });
    return errors;
  }

  /** Appends entries, in the order of the calls. They are on disk when this resolves. */
  write(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return this.writing;
    this.writing = this.writing.then(async () => {
      await this.append(entries);
      await this.file?.datasync();
    });
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

  private async append(entries: readonly Entry[]): Promise<void> {
    if (!this.file) {
      this.file = await open(this.path, 'w', 0o600);
      await flushNames(this.path);
      await this.appendText(HEADER);
    }
    await this.appendText(entries.map(([line, reason]) => `${line},${reason},${this.importId}\n`).join(''));
  }

  /** All of it or an error: `write` leaves out what a disk that is about to be full has no room for. */
  private async appendText(text: string): Promise<void> {
    try {
      await this.file!.appendFile(text);
    } catch (error) {
      // Of a file that is open already the system does not say which it is.
      throw Object.assign(error as Error, { path: this.path });
    }
  }

  /** The entries stand in one of two files whenever this is cut off: the lines are not looked at again. */
  private async keepSettled(settled: readonly LineRange[]): Promise<void> {
    const kept = new ErrorFile(`${this.path}.kept`, this.importId);
    try {
      await kept.copySettled(this.path, settled);
      await kept.file?.datasync();
      await kept.close();
      Object.assign(this.kept, kept.kept);
      if (kept.exists) await rename(kept.path, this.path);
      else await rm(this.path, { force: true });
      await flushNames(this.path);
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
    let gathered: Entry[] = [];
    try {
      for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        const [, line, reason = '', importId] = ENTRY.exec(text) ?? [];
        if (importId !== this.importId || !isSettled(Number(line))) continue;
        gathered.push([Number(line), reason]);
        this.kept[reason === DUPLICATE ? 'duplicates' : 'invalid'] += 1;
        if (gathered.length < ENTRIES_PER_WRITE) continue;
        await this.append(gathered);
        gathered = [];
      }
      if (gathered.length > 0) await this.append(gathered);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      input.destroy();
    }
  }
}
