import { csvCell, csvRow } from './csv.js';

it.each([
  [null, ''],
  [5, '5'],
  [-5, '-5'],
  ['PAY-1', 'PAY-1'],
  ['-20.00', '-20.00'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1+1', "'-1+1"],
  ['-5 things', "'-5 things"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['=HYPERLINK("http://a","b")', `"'=HYPERLINK(""http://a"",""b"")"`],
])('%p is written as %p', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

it('a row ends as the standard says', () => {
  expect(csvRow(['a', 1, null, 'b,c'])).toBe('a,1,,"b,c"\r\n');
});
