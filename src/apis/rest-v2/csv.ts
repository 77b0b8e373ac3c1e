import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

const CSV_TYPE = 'text/csv; charset=utf-8';
const BYTE_ORDER_MARK = '\ufeff';

/**
 * What a spreadsheet would take for a formula: where a cell begins, and where one would begin for a spreadsheet that separates cells
 * by semicolons, as it does wherever decimals have commas. A quote that stands there is written double: to such a spreadsheet an empty
 * pair, and what follows it is calculated.
 */
const FORMULA = /^(?=[=+\-@＝＋－＠\t\r\n])|(?<=[;\t\r\n]"?)(?=[=+\-@＝＋－＠])/g;
const NEEDS_QUOTES = /[",;\r\n]/;

/** Text as a cell of RFC 4180; what a spreadsheet would calculate is made text by an apostrophe before it. */
export function csvCell(text: string): string {
  const safe = text.replace(FORMULA, "'");
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export interface CsvFile {
  readonly filename: string;
  readonly columns: readonly string[];
  /** Whole lines with their ends, any number at a time; asked for only as fast as the client reads. */
  readonly lines: AsyncIterable<string>;
  /** Whether the file begins with a byte order mark, which Excel needs to see that it is UTF-8. */
  readonly bom: boolean;
}

/** A download that is written while it is read. */
export function csvFile({ filename, columns, lines, bom }: CsvFile): StreamableFile {
  async function* text(): AsyncGenerator<string> {
    yield `${bom ? BYTE_ORDER_MARK : ''}${columns.join(',')}\r\n`;
    yield* lines;
  }
  const disposition = `attachment; filename="${filename}"`;
  return new StreamableFile(Readable.from(text(), { objectMode: true }), { type: CSV_TYPE, disposition });
}
