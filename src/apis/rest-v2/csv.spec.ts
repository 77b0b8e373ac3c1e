import { csvCell } from './csv.js';

describe('a cell', () => {
  it.each([
    ['PAY-2026-001', 'PAY-2026-001'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\nlines', '"two\nlines"'],
    ['Steam Кошелёк', 'Steam Кошелёк'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tcmd', "'\tcmd"],
    ['\rcmd', '"\'\rcmd"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a=b', 'a=b'],
    ['a-b;c', '"a-b;c"'],
    // A spreadsheet whose decimals have commas ends a cell at the semicolon.
    ["x;=cmd|'/C calc'!A0;z", "\"x;'=cmd|'/C calc'!A0;z\""],
    ['x\n=1+1', '"x\n\'=1+1"'],
    // To the same one a quote that is written double is an empty pair, before what it calculates.
    ['x;"=1+1;z', '"x;""\'=1+1;z"'],
    ['x\n"@SUM(A1)', '"x\n""\'@SUM(A1)"'],
    ['a "=b" c', '"a ""=b"" c"'],
    ['\n=1+1', '"\'\n\'=1+1"'],
    ['＝1+1', "'＝1+1"],
  ])('holds %j as %j', (text, cell) => expect(csvCell(text)).toBe(cell));
});
