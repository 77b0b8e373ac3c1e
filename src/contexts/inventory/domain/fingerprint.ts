/** How the texts of a product's keys are compared; set per product. */
export type KeyFormat = 'normalized' | 'exact';

/** Texts at least this long have their last four characters kept as a keyed hash, for searching. */
const LAST_FOUR_FROM_CODE_POINTS = 12;

/**
 * Name of the rule, stored with each lot: a changed rule gets a new version and leaves the old fingerprints
 * alone.
 */
export const fingerprintRule = (format: KeyFormat): string => `v1/${format}`;

const SPACES_AND_HYPHENS = /[\s\p{White_Space}\p{Dash_Punctuation}]+/gu;
/** Texts for which the rule comes to less work: it gives the same. */
const PLAIN = /^[A-Z0-9]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
const ASCII = /^[\u0000-\u007f]*$/;
const ASCII_SPACES_AND_HYPHENS = /[\s-]+/g;

/**
 * The form of a key text that its fingerprint is taken over (rule v1): NFKC, upper-case, without white space
 * and hyphens. Products whose texts are links or case-sensitive codes (`exact`) only trim.
 */
export function comparableText(text: string, format: KeyFormat): string {
  if (format === 'exact') return text.trim();
  if (PLAIN.test(text)) return text;
  if (ASCII.test(text)) return text.toUpperCase().replace(ASCII_SPACES_AND_HYPHENS, '');
  return text.normalize('NFKC').toUpperCase().replace(SPACES_AND_HYPHENS, '');
}

/** The form that the same text has among keys of the other format; null where that says no more than its own one. */
export function otherComparableText(text: string, format: KeyFormat): string | null {
  const other = comparableText(text, format === 'exact' ? 'normalized' : 'exact');
  return other === '' || other === comparableText(text, format) ? null : other;
}

/** The last four characters of a comparable text that is long enough to be searched by them, else null. */
export function lastFourOf(comparable: string): string | null {
  if (ASCII.test(comparable)) {
    return comparable.length < LAST_FOUR_FROM_CODE_POINTS ? null : comparable.slice(-4);
  }
  const characters = comparable.length > 64 ? Array.from(comparable.slice(-32)) : Array.from(comparable);
  return characters.length < LAST_FOUR_FROM_CODE_POINTS ? null : characters.slice(-4).join('');
}
