import { foldCase } from './fold-case.js';

it('folds the letters of Azerbaijani, Russian and English to one case', () => {
  for (const [upper, lower] of [
    ['İNTERNET', 'internet'],
    ['QIZIL', 'qızıl'],
    ['Şəki', 'ŞƏKİ'],
    ['ПРИВЕТ', 'привет'],
    ['Steam', 'sTEAM'],
  ] as const) {
    expect(foldCase(upper)).toBe(foldCase(lower));
  }
});

it('tells other letters apart, however they are composed', () => {
  expect(foldCase('ö')).not.toBe(foldCase('o'));
  expect(foldCase('z\u0307')).toBe(foldCase('ż'));
  expect(foldCase('ż')).not.toBe(foldCase('z'));
});
