import { defaultColumns, endsInQuote, readHeader, splitCsvLine, tellsColumns } from './csv-line.js';

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
    });
    expect(readHeader('serial_number\tkey_text')).toMatchObject({ delimiter: '\t', text: 1, serial: 0 });
  });

  it('is not a line without key_text', () => {
    expect(readHeader('AAAA-BBBB,SN-1')).toBeNull();
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
    '',
  ])('is told by %j', (line) => {
    expect(tellsColumns([line])).toBe(true);
  });

  it.each([
    'Key',
    'serial_number,code',
    'Activation Key,Serial',
    '"Ключ","Серийный номер"',
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
