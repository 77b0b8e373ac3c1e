/**
 * Text as searches compare it: in lower case, and with one i. Azerbaijani writes I and ı, İ and i, of which lower case
 * alone makes three different letters.
 */
export const foldCase = (text: string): string =>
  text.normalize('NFC').toLowerCase().replaceAll('\u0307', '').replaceAll('ı', 'i');
