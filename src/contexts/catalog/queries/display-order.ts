import type { Names } from '../events/texts.js';

export type Language = 'en' | 'ru' | 'az';

/** The name in a language, in English where it has none. */
export const nameIn = (names: Names, language: Language): string => names[language] ?? names.en;

interface Placed {
  readonly publicId: number;
  readonly position: number | null;
  readonly names: Names;
}

/** Order of display: by position with none last, then by name, by code points; equals by their number. */
export const inDisplayOrder =
  (language: Language) =>
  (a: Placed, b: Placed): number => {
    if (a.position !== b.position) {
      if (a.position === null) return 1;
      if (b.position === null) return -1;
      return a.position - b.position;
    }
    return compareCodePoints(nameIn(a.names, language), nameIn(b.names, language)) || a.publicId - b.publicId;
  };

function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-16 puts halves of surrogate pairs before U+E000 and up, code points the other way. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
