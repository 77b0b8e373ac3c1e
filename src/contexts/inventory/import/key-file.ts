import { createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { TakenKeys } from '../events/lot.events.js';
import type { LineRange } from '../indexes/fingerprint-index.js';
import { LotFill, type LotSeal, sealKeys } from '../intake/key-batch.js';
import {
  type InvalidKeyReason,
  KeyPreparer,
  type PreparedKey,
  type PreparerOptions,
} from '../intake/key-preparer.js';
import { IMPORT_BATCH_LINES, IMPORT_QUOTED_LINES } from '../limits.js';
import {
  type Columns,
  defaultColumns,
  endsInQuote,
  isScientific,
  isTooLong,
  readHeader,
  readSeparator,
  splitCsvLine,
  tellsColumns,
} from './csv-line.js';
import { fileStamp, type Line, LineReader } from './line-reader.js';

export type LineProblem =
  | InvalidKeyReason
  | 'unclosed_quote'
  | 'line_too_long'
  | 'not_utf8'
  | 'too_many_fields'
  | 'scientific_notation';

/**
 * Keys of consecutive lines, at most one lot's worth and {@link IMPORT_BATCH_LINES}. The clear texts stay with the
 * {@link KeyFile}.
 */
export interface FileBatch {
  readonly number: number;
  readonly fingerprints: readonly string[];
  /** Line of each key. */
  readonly lines: readonly number[];
  /** The lines that the batch settles, both inclusive, header and empty lines too. */
  readonly fromLine: number;
  readonly toLine: number;
  readonly invalid: readonly (readonly [line: number, problem: LineProblem])[];
  /** Rows that an earlier run of the same import settled. */
  readonly settledBefore: number;
  /** Of the whole file, read so far. */
  readonly bytes: number;
}

export interface KeyFileOptions {
  readonly path: string;
  readonly packageId: string;
  readonly preparer: PreparerOptions;
  /** Keys that have expired at this time are invalid, milliseconds. */
  readonly nowMs: number;
}

export interface Identity {
  /** Names this file's content for this package, without telling anything about the keys. */
  readonly importId: string;
  readonly totalBytes: number;
  /** See {@link tellsColumns}. */
  readonly tellsColumns: boolean;
}

/** A CSV file of keys, wherever it is read: in this thread or in a worker. */
export interface KeySource {
  identify(): Promise<Identity>;
  /** Starts over, passing by the lines that were settled before. */
  begin(settled: readonly LineRange[]): Promise<void>;
  /** The next batch; null at the end of the file. */
  next(): Promise<FileBatch | null>;
  /** See `KeyBatch`. */
  otherFingerprints(batch: number): Promise<readonly (string | null)[]>;
  /** Seals chosen keys of a batch for the slots 0, 1, 2 … of a lot. */
  seal(batch: number, chosen: readonly number[], lot: LotSeal): Promise<TakenKeys[]>;
  /** Forgets a batch's texts. */
  release(batch: number): Promise<void>;
  close(): Promise<void>;
}

const IMPORT_ID_CHARACTERS = 22;

/** What is being collected into a batch. */
interface Collecting {
  readonly keys: PreparedKey[];
  readonly invalid: [number, LineProblem][];
  readonly fill: LotFill;
  readonly fromLine: number;
  toLine: number;
  settledBefore: number;
}

export class KeyFile implements KeySource {
  private readonly preparer: KeyPreparer;
  private reader: LineReader | null = null;
  /** Of the file whose content {@link identify} named. */
  private stamp: string | null = null;
  /** Null before the first line that is not empty. */
  private columns: Columns | null = null;
  /** The delimiter that a line of the file says; null: none does. */
  private separator: string | null = null;
  /** Lines that an open quote may still go on for; 0 where none is open. */
  private quotedLinesLeft = 0;
  private settled: readonly LineRange[] = [];
  /** The first settled range that ends at or after the current line. */
  private settledAt = 0;
  private lines: readonly Line[] = [];
  private lineAt = 0;
  private lastLine = 0;
  private batches = 0;
  private readonly held = new Map<number, readonly PreparedKey[]>();

  constructor(private readonly options: KeyFileOptions) {
    this.preparer = new KeyPreparer(options.preparer);
  }

  async identify(): Promise<Identity> {
    const { path, packageId, preparer } = this.options;
    const stats = await stat(path);
    this.stamp = fileStamp(stats);
    // Keyed: a plain hash of a file with few keys would let its keys be guessed.
    const hash = createHmac('sha256', preparer.fingerprintKey).update(`import\n${packageId}\n`);
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const importId = hash.digest('base64url').slice(0, IMPORT_ID_CHARACTERS);
    return { importId, totalBytes: stats.size, tellsColumns: tellsColumns(await this.firstLines()) };
  }

  async begin(settled: readonly LineRange[]): Promise<void> {
    await this.reader?.close();
    this.reader = await LineReader.open(this.options.path);
    this.settled = settled;
    this.settledAt = 0;
    this.columns = null;
    this.separator = null;
    this.quotedLinesLeft = 0;
    this.lines = [];
    this.lineAt = 0;
    this.lastLine = 0;
  }

  async next(): Promise<FileBatch | null> {
    const batch: Collecting = {
      keys: [],
      invalid: [],
      fill: new LotFill(),
      fromLine: this.lastLine + 1,
      toLine: this.lastLine,
      settledBefore: 0,
    };
    while (this.collect(batch)) {
      const lines = await this.reader!.next();
      if (lines === null) {
        await this.refuseChanged();
        return batch.toLine >= batch.fromLine ? this.finish(batch) : null;
      }
      this.lines = lines;
      this.lineAt = 0;
    }
    await this.refuseChanged();
    return this.finish(batch);
  }

  /** What a batch settles is said of the content that was identified: other lines would pass for settled later. */
  private async refuseChanged(): Promise<void> {
    if ((await this.reader!.stamp()) === this.stamp) return;
    throw new Error(`${this.options.path} was changed meanwhile: import it again once it is complete`);
  }

  async otherFingerprints(batch: number): Promise<(string | null)[]> {
    return this.held.get(batch)!.map((key) => this.preparer.otherFingerprint(key));
  }

  async seal(batch: number, chosen: readonly number[], lot: LotSeal): Promise<TakenKeys[]> {
    const keys = this.held.get(batch)!;
    const taken = chosen.map((index) => keys[index]!);
    return [...sealKeys(taken, lot)];
  }

  async release(batch: number): Promise<void> {
    this.held.delete(batch);
  }

  async close(): Promise<void> {
    this.held.clear();
    await this.reader?.close();
    this.reader = null;
  }

  /** The first that is not empty, and those that are read with it; none if all are empty. */
  private async firstLines(): Promise<(string | null)[]> {
    const reader = await LineReader.open(this.options.path);
    try {
      for (;;) {
        const lines = await reader.next();
        if (lines === null) return [];
        const first = lines.findIndex(({ text }) => text?.trim() !== '');
        if (first !== -1) return lines.slice(first).map(({ text }) => text);
      }
    } finally {
      await reader.close();
    }
  }

  /** Moves lines into the batch; false when it is full, true when it wants more lines. */
  private collect(batch: Collecting): boolean {
    for (; this.lineAt < this.lines.length; this.lineAt += 1) {
      if (batch.toLine - batch.fromLine + 1 === IMPORT_BATCH_LINES) return false;
      const line = this.lines[this.lineAt]!;
      const row = this.read(line, batch);
      if (typeof row === 'string') batch.invalid.push([line.number, row]);
      else if (row !== null) {
        if (!batch.fill.add(row)) return false;
        batch.keys.push(row);
      }
      batch.toLine = line.number;
      this.lastLine = line.number;
    }
    return true;
  }

  /** The key of a line; null if there is nothing to do for it. */
  private read(line: Line, batch: Collecting): PreparedKey | LineProblem | null {
    if (line.text?.trim() === '') return null;
    if (line.text !== null && this.isAboutColumns(line.text)) {
      this.quotedLinesLeft = 0;
      return null;
    }
    this.columns ??= defaultColumns(this.separator);
    const isPart = this.isPartOfQuote(line.text, this.columns.delimiter);
    if (this.isSettled(line.number)) {
      batch.settledBefore += 1;
      return null;
    }
    if (line.text === null) return 'line_too_long';
    if (line.text.includes('\uFFFD')) return 'not_utf8';
    const fields = splitCsvLine(line.text, this.columns.delimiter);
    if (!fields || isPart) return 'unclosed_quote';
    if (isTooLong(fields, this.columns)) return 'too_many_fields';
    const { text, serial, expires } = this.columns;
    if (isScientific(fields[text]) || isScientific(fields[serial])) return 'scientific_notation';
    const given = {
      text: fields[text] ?? '',
      serial: fields[serial],
      expiresOn: fields[expires],
      line: line.number,
    };
    return this.preparer.prepare(given, this.options.nowMs);
  }

  /** Whether a line is a header, or says the delimiter. Files that were put together have one for each. */
  private isAboutColumns(text: string): boolean {
    const separator = readSeparator(text);
    if (separator !== null) this.separator = separator;
    const header = separator === null ? readHeader(text, this.separator) : null;
    if (separator === null && header === null) return false;
    this.columns = header;
    return true;
  }

  /**
   * Whether a line goes on with a field that was quoted before it. Its part would be taken for a key: all lines of such a
   * field are refused, but no more of them than a field has, where somebody forgot a quote.
   */
  private isPartOfQuote(text: string | null, delimiter: string): boolean {
    const wasOpen = this.quotedLinesLeft > 0;
    if (text === null || !(wasOpen || text.includes('"'))) return wasOpen;
    const isOpen = endsInQuote(text, delimiter, wasOpen);
    this.quotedLinesLeft = !isOpen ? 0 : wasOpen ? this.quotedLinesLeft - 1 : IMPORT_QUOTED_LINES;
    return wasOpen;
  }

  private isSettled(line: number): boolean {
    while (this.settledAt < this.settled.length && this.settled[this.settledAt]![1] < line)
      this.settledAt += 1;
    const range = this.settled[this.settledAt];
    return range !== undefined && range[0] <= line;
  }

  private finish(batch: Collecting): FileBatch {
    this.batches += 1;
    this.held.set(this.batches, batch.keys);
    return {
      number: this.batches,
      fingerprints: batch.keys.map((key) => key.fingerprint),
      lines: batch.keys.map((key) => key.line!),
      fromLine: batch.fromLine,
      toLine: batch.toLine,
      invalid: batch.invalid,
      settledBefore: batch.settledBefore,
      bytes: this.reader!.bytesRead,
    };
  }
}
