import type { Mutation } from './mutations.js';

/** A source file's text with a bug in it. @throws when the text has not what the bug is put in the place of. */
export function planted(original: string, { name, file, edits }: Mutation): string {
  let text = original;
  for (const [find, replace] of edits) {
    if (!text.includes(find)) throw new Error(`${name}: ${file} no longer has: ${find}`);
    text = text.replace(find, replace);
  }
  return text;
}
