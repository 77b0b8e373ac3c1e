import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

export const CSV_TYPE = 'text/csv; charset=utf-8';
const BYTE_ORDER_MARK = '\ufeff';

export type CsvValue = string | number | null;

/** What spreadsheets run as a formula. */
const FORMULA = /^[=+\-@\t\r]/;
/** Begins like a formula and is none. */
const PLAIN_NUMBER = /^-\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One cell. A text that a spreadsheet would run gets an apostrophe before it, and is shown as text. */
export function csvCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) && !PLAIN_NUMBER.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line with its end (RFC 4180). */
export const csvRow = (values: readonly CsvValue[]): string => `${values.map(csvCell).join(',')}\r\n`;

export interface CsvFile {
  readonly filename: string;
  readonly columns: readonly string[];
  /** Whole lines of {@link csvRow}, any number at a time; asked for only as fast as the client reads. */
  readonly lines: AsyncIterable<string>;
  /** Whether the file begins with a byte order mark, which Excel needs to see that it is UTF-8. */
  readonly bom: boolean;
}

/** A download that is written while it is read. */
export function csvFile({ filename, columns, lines, bom }: CsvFile): StreamableFile {
  async function* text(): AsyncGenerator<string> {
    yield (bom ? BYTE_ORDER_MARK : '') + csvRow(columns);
    yield* lines;
  }
  const disposition = `attachment; filename="${filename}"`;
  return new StreamableFile(Readable.from(text(), { objectMode: true }), { type: CSV_TYPE, disposition });
}
