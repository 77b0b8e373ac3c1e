import fc from 'fast-check';
import { comparableText, fingerprintRule, lastFourOf, otherComparableText } from './fingerprint.js';

describe('the comparable form of a key text', () => {
  it.each([
    ['abcd-efgh', 'ABCDEFGH'],
    ['  ab cd\t-\u00a0ef ', 'ABCDEF'],
    ['ＡＢ１２', 'AB12'],
    ['ab\u2010cd\u2011ef\u2013gh', 'ABCDEFGH'],
    ['straße', 'STRASSE'],
    ['ABC123', 'ABC123'],
  ])('of %j is %j for normalised products', (text, expected) => {
    expect(comparableText(text, 'normalized')).toBe(expected);
  });

  it('of a text in ASCII is what the whole rule gives', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const whole = text
          .normalize('NFKC')
          .toUpperCase()
          .replace(/[\s\p{White_Space}\p{Dash_Punctuation}]+/gu, '');
        expect(comparableText(text, 'normalized')).toBe(whole);
      }),
    );
  });

  it('is only trimmed for exact products', () => {
    expect(comparableText('  https://x.example/A-b c ', 'exact')).toBe('https://x.example/A-b c');
  });

  it('is another one for the other format, unless that says no more', () => {
    expect(otherComparableText(' a-b ', 'normalized')).toBe('a-b');
    expect(otherComparableText(' a-b ', 'exact')).toBe('AB');
    expect(otherComparableText('AB', 'normalized')).toBeNull();
    expect(otherComparableText('AB', 'exact')).toBeNull();
    expect(otherComparableText('--', 'exact')).toBeNull();
  });

  it('is named by rule and format', () => {
    expect(fingerprintRule('exact')).toBe('v1/exact');
  });
});

describe('the last four characters', () => {
  it('are kept for texts of twelve characters or more', () => {
    expect(lastFourOf('ABCDEFGHIJK')).toBeNull();
    expect(lastFourOf('ABCDEFGHIJKL')).toBe('IJKL');
  });

  it('count characters, not halves of surrogate pairs', () => {
    expect(lastFourOf('😀'.repeat(11))).toBeNull();
    expect(lastFourOf('😀'.repeat(12))).toBe('😀😀😀😀');
  });
});
