import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { IMPORT_CHUNK_BYTES, IMPORT_LINE_BYTES } from '../limits.js';

const LF = 0x0a;
const CR = 0x0d;

/** Which file it is and when it was last written: another text is another content, as far as the system tells. */
export const fileStamp = ({ dev, ino, size, mtimeMs }: Stats): string => [dev, ino, size, mtimeMs].join(' ');

/** A line without its end. `text` is null if it is longer than {@link IMPORT_LINE_BYTES}. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string | null;
}

/** Reads a UTF-8 file line by line (LF or CRLF, with or without BOM), in bounded memory. */
export class LineReader {
  private readonly chunk = Buffer.allocUnsafe(IMPORT_CHUNK_BYTES);
  /** What was read of a line that goes on in the next chunk. */
  private begun: Buffer[] = [];
  private begunBytes = 0;
  private lines = 0;
  private bytes = 0;
  private ended = false;

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<LineReader> {
    return new LineReader(await open(path, 'r'));
  }

  get bytesRead(): number {
    return this.bytes;
  }

  /** The lines that end in the next chunk (perhaps none); null at the end of the file. */
  async next(): Promise<Line[] | null> {
    if (this.ended) return null;
    const { bytesRead } = await this.file.read(this.chunk, 0, this.chunk.length, this.bytes);
    this.bytes += bytesRead;
    if (bytesRead > 0) return this.split(this.chunk.subarray(0, bytesRead));
    this.ended = true;
    return this.begunBytes > 0 ? [this.finish(Buffer.alloc(0))] : [];
  }

  /** See {@link fileStamp}. */
  async stamp(): Promise<string> {
    return fileStamp(await this.file.stat());
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private split(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      lines.push(this.finish(chunk.subarray(from, end)));
      from = end + 1;
    }
    this.begin(chunk.subarray(from));
    return lines;
  }

  private begin(part: Buffer): void {
    this.begunBytes += part.length;
    if (part.length > 0 && this.begunBytes <= IMPORT_LINE_BYTES) this.begun.push(Buffer.from(part));
  }

  private finish(part: Buffer): Line {
    this.lines += 1;
    const bytes = this.begunBytes + part.length;
    const whole = this.begunBytes === 0 ? part : Buffer.concat([...this.begun, part]);
    this.begun = [];
    this.begunBytes = 0;
    if (bytes > IMPORT_LINE_BYTES) return { number: this.lines, text: null };
    const end = whole.at(-1) === CR ? whole.length - 1 : whole.length;
    const text = whole.toString('utf8', 0, end);
    return { number: this.lines, text: this.lines === 1 ? text.replace(/^\uFEFF/, '') : text };
  }
}
