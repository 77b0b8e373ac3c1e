import { defaultColumns, readHeader, splitCsvLine } from './csv-line.js';

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
