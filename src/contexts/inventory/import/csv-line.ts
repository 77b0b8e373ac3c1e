/**
 * The fields of one CSV line (RFC 4180, but a quoted field ends on its line); null if a quote is not closed.
 */
export function splitCsvLine(line: string, delimiter: string): string[] | null {
  if (!line.includes('"')) return line.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = line[at] === '"' ? quoted(line, at) : plain(line, at, delimiter);
    if (field === null) return null;
    fields.push(field.text);
    if (field.end >= line.length) return fields;
    if (line[field.end] !== delimiter) return null;
    at = field.end + 1;
  }
}

/**
 * Whether a quote is still open where a line ends: the next line belongs to the same field.
 * @param isOpen whether one was open where the line began
 */
export function endsInQuote(line: string, delimiter: string, isOpen: boolean): boolean {
  const text = isOpen ? `"${line}` : line;
  for (let at = 0; ; ) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at, delimiter);
    if (field === null) return true;
    if (text[field.end] !== delimiter) return false;
    at = field.end + 1;
  }
}

interface Field {
  readonly text: string;
  /** Where the delimiter stands, or the line ends. */
  readonly end: number;
}

function plain(line: string, from: number, delimiter: string): Field {
  const found = line.indexOf(delimiter, from);
  const end = found === -1 ? line.length : found;
  return { text: line.slice(from, end), end };
}

function quoted(line: string, from: number): Field | null {
  let close = line.indexOf('"', from + 1);
  while (close !== -1 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
  if (close === -1) return null;
  return { text: line.slice(from + 1, close).replaceAll('""', '"'), end: close + 1 };
}

/** Which field of a line is what; -1 where a file has no such column. */
export interface Columns {
  readonly delimiter: string;
  readonly text: number;
  readonly serial: number;
  readonly expires: number;
  /** How many columns there are. */
  readonly width: number;
}

/** Most lines are no header, which costs little to see. */
const KEY_TEXT = /key_text/i;

const DELIMITERS = [',', ';', '\t'] as const;

/** Columns of a file without a header, by each delimiter. */
const WITHOUT_HEADER: ReadonlyMap<string, Columns> = new Map(
  DELIMITERS.map((delimiter) => [delimiter, { delimiter, text: 0, serial: 1, expires: 2, width: 3 }]),
);

const COMMA = DELIMITERS[0];

/** What spreadsheets put first, to be told the delimiter when they open the file: `sep=;`. */
const SEPARATOR_LINE = /^"?sep=(.?)"? *$/i;
const LONGEST_SEPARATOR_LINE = 20;

const isSeparatorLine = (line: string): boolean =>
  line.length <= LONGEST_SEPARATOR_LINE && SEPARATOR_LINE.test(line);

/** The delimiter that a line says and does nothing else; null if it is no such line, or says one that is not known here. */
export function readSeparator(line: string): string | null {
  const said = isSeparatorLine(line) ? SEPARATOR_LINE.exec(line)![1]! : '';
  return WITHOUT_HEADER.has(said) ? said : null;
}

/** Names, without blanks and signs, that suppliers give to columns, and words of such names. */
const FOREIGN_NAMES = new Set(
  (
    'key keys keytext code codes pin pincode voucher text value number id activationkey activationcode licensekey ' +
    'licencekey productkey cdkey giftcode cardnumber serial serialno serialnumber expires expiresat expiry ' +
    'expirydate expiration date ключ ключи код коды пин пинкод ваучер серия серийныйномер номер срок açar açarı kod kodu'
  ).split(' '),
);

const withoutSigns = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Whether a field is the name of a column: keys of several words, one of them such as "code", would have a digit. */
const isForeignName = (field: string): boolean =>
  FOREIGN_NAMES.has(withoutSigns(field)) ||
  (!/\d/.test(field) && field.split(/[\s_]+/).some((word) => FOREIGN_NAMES.has(withoutSigns(word))));

/** Whether a column that counts is named twice: which one is meant is not said. */
const hasTwice = (names: readonly string[]): boolean =>
  ['key_text', 'serial_number', 'expires_at'].some((name) => names.indexOf(name) !== names.lastIndexOf(name));

/**
 * The columns that a header line names (in any order, by comma, semicolon or tab); null if it is not a
 * header.
 * @param said the delimiter that a line before it says, which is tried first; null: none does
 */
export function readHeader(line: string, said: string | null = null): Columns | null {
  if (!KEY_TEXT.test(line)) return null;
  for (const delimiter of said === null ? DELIMITERS : [said, ...DELIMITERS]) {
    const names = splitCsvLine(line, delimiter)?.map((name) => name.trim().toLowerCase());
    if (!names?.includes('key_text') || hasTwice(names)) continue;
    return {
      delimiter,
      text: names.indexOf('key_text'),
      serial: names.indexOf('serial_number'),
      expires: names.indexOf('expires_at'),
      width: names.length,
    };
  }
  return null;
}

/** The columns of a file without a header: key_text, serial_number, expires_at, by comma unless a line before says another delimiter. */
export const defaultColumns = (said: string | null = null): Columns => WITHOUT_HEADER.get(said ?? COMMA)!;

/**
 * Whether it is clear from a file's first line which column the keys are in: it names `key_text`, or it is a row of
 * {@link defaultColumns}. A header in other words or another delimiter could sell a serial number as a key; where lines end in CR alone, the first is
 * all of them.
 */
function isClear(line: string, said: string | null): boolean {
  if (line.includes('\r') || isSeparatorLine(line)) return false;
  if (readHeader(line, said)) return true;
  const delimiter = said ?? COMMA;
  const others = DELIMITERS.filter((other) => other !== delimiter);
  if (others.some((other) => (splitCsvLine(line, other) ?? []).length > 1)) return false;
  const fields = splitCsvLine(line, delimiter) ?? [];
  return fields.length <= defaultColumns(delimiter).width && !fields.some(isForeignName);
}

/**
 * Whether a file's first lines, without empty ones before them, tell which column the keys are in; null stands for a line that is too
 * long. Where a header comes behind a line that is none, the latter may be a title, and would be sold as a key.
 */
export function tellsColumns(lines: readonly (string | null)[], said: string | null = null): boolean {
  const [first = '', ...others] = lines.filter((line) => line === null || line.trim() !== '');
  if (first === null) return false;
  const separator = readSeparator(first);
  if (separator !== null) return tellsColumns(others, separator);
  if (!isClear(first, said)) return false;
  const isHeader = (line: string | null): boolean => line !== null && readHeader(line, said) !== null;
  return isHeader(first) || !others.some(isHeader);
}

/** Whether a row has something behind the last column: a key that its delimiter cut short, or fields that moved. */
export const isTooLong = (fields: readonly string[], { width }: Columns): boolean =>
  fields.length > width && fields.slice(width).some((field) => field.trim() !== '');

/** What a spreadsheet makes of a long number, with the rest of its digits lost: 1.23457E+15. Some write a comma, some an `e`. */
const SCIENTIFIC = /^\s*[+-]?\d(?:[.,]\d{1,15}E[+-]|E\+)\d{2,3}\s*$/i;

export const isScientific = (field: string | undefined): boolean =>
  field !== undefined && SCIENTIFIC.test(field);
