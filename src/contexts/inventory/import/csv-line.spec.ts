import {
  defaultColumns,
  endsInQuote,
  isScientific,
  readHeader,
  readSeparator,
  splitCsvLine,
  tellsColumns,
} from './csv-line.js';

describe('a CSV line', () => {
  it.each<[string, string[] | null]>([
    ['', ['']],
    ['a', ['a']],
    ['a,b,', ['a', 'b', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a ""quoted"" b","",x', ['a "quoted" b', '', 'x']],
    ['""', ['']],
    ['5" disk,b', ['5" disk', 'b']],
    ['"a', null],
    ['"a"b,c', null],
    ['"a""', null],
  ])('%j has the fields %j', (line, fields) => {
    expect(splitCsvLine(line, ',')).toEqual(fields);
  });
});

describe('a quote', () => {
  it.each<[line: string, begins: boolean, ends: boolean]>([
    ['a,b', false, false],
    ['a,b', true, true],
    ['"a', false, true],
    ['a,"b', false, true],
    ['5" disk,b', false, false],
    ['"a"b', false, false],
    ['"a""', false, true],
    ['b",c', true, false],
    ['b""', true, true],
    ['b","c', true, true],
    ['"', true, false],
  ])('of %j, where one was open before: %j, is open at its end: %j', (line, begins, ends) => {
    expect(endsInQuote(line, ',', begins)).toBe(ends);
  });
});

describe('a header', () => {
  it('names the columns in any order, by comma, semicolon or tab', () => {
    expect(readHeader('key_text,serial_number,expires_at')).toEqual(defaultColumns());
    expect(readHeader(' Expires_At ;"KEY_TEXT"')).toEqual({
      delimiter: ';',
      text: 1,
      serial: -1,
      expires: 0,
      width: 2,
    });
    expect(readHeader('serial_number\tkey_text')).toMatchObject({ delimiter: '\t', text: 1, serial: 0 });
  });

  it('is not a line without key_text', () => {
    expect(readHeader('AAAA-BBBB,SN-1')).toBeNull();
  });
});

describe('a line that says the delimiter', () => {
  it.each([
    ['sep=;', ';'],
    ['sep=,', ','],
    ['SEP=\t', '\t'],
    ['"sep=;"', ';'],
    ['sep=|', null],
    ['sep=', null],
    ['sep=;AAAA-BBBB', null],
    ['AAAA-BBBB', null],
  ])('%j says %j', (line, delimiter) => {
    expect(readSeparator(line)).toBe(delimiter);
  });

  it('is what the header and the rows behind it go by', () => {
    expect(readHeader('key_text', ';')).toMatchObject({ delimiter: ';', text: 0 });
    expect(readHeader('key_text,serial_number', ';')).toMatchObject({ delimiter: ',', serial: 1 });
    expect(defaultColumns(';')).toEqual({ ...defaultColumns(), delimiter: ';' });
  });

  it.each<[told: boolean, ...lines: string[]]>([
    [true, 'sep=;', 'key_text;serial_number', 'AAAA;SN'],
    [true, 'sep=;', '', 'AAAA-BBBB;SN-1'],
    [true, 'sep=,', 'AAAA-BBBB,SN-1'],
    [false, 'sep=;', 'Serial;Code', 'SN;AAAA'],
    [false, 'sep=;', 'AAAA-BBBB,SN-1'],
    [false, 'sep=;', 'Keys', 'key_text', 'AAAA'],
    [false, 'sep=|', 'AAAA-BBBB'],
    [false, 'sep=', 'AAAA-BBBB'],
  ])('tells the columns: %j, in a file that begins with %j', (told, ...lines) => {
    expect(tellsColumns(lines)).toBe(told);
  });
});

describe('a number that a spreadsheet has shortened', () => {
  it.each(['1.23457E+15', '1,23457E+15', '1E+15', '1.234500e+15', ' 9.9E+100 ', '-1.5E+12', '1.2E-05'])(
    'is %j',
    (field) => {
      expect(isScientific(field)).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    '1E15',
    '1E-10',
    'A1.2E+15',
    '12.3E+15',
    '1.2E+15-AAAA',
    '1.2E+5',
    '1234567890123456',
  ])('is not %j', (field) => {
    expect(isScientific(field)).toBe(false);
  });
});

describe('which column has the keys', () => {
  it.each([
    'key_text',
    'serial_number;key_text',
    'AAAA-BBBB',
    'AAAA-BBBB,SN-1',
    '"AAAA, BBBB",,2027-01-01',
    'KEYS-5TTF,SN',
    'STEAM KEY 5TTF-8MM2',
    '',
  ])('is told by %j', (line) => {
    expect(tellsColumns([line])).toBe(true);
  });

  it.each([
    'Key',
    'serial_number,code',
    'Activation Key,Serial',
    '"Ключ","Серийный номер"',
    'Voucher Code',
    'Box ID,Steam Key',
    'Gift_Card_Code,Valid Until',
    'Лицензионный ключ',
    'Aktivasiya kodu',
    '# keys from ACME',
    'AAAA-BBBB;SN-1',
    'SN-1\tAAAA-BBBB',
    '7,AAAA-BBBB,SN-1,2027-01-01',
    'key_text,key_text',
    'key_text;serial_number;Serial_Number',
    'key_text,serial_number\rAAAA-BBBB,SN-1\r',
    'AAAA-BBBB\rCCCC-DDDD',
  ])('is not told by %j', (line) => {
    expect(tellsColumns([line])).toBe(false);
  });
});
