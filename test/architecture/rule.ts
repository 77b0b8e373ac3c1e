import type { SourceFile } from './source-files.js';

/** A rule about the source as a whole. */
export interface Rule {
  readonly name: string;
  /** Why it is there; printed with what breaks it. */
  readonly reason: string;
  /** What breaks it, a line each; empty if nothing does. */
  check(files: readonly SourceFile[]): string[];
}

/** Whether a path is one of the files or lies in one of the folders (which end in a slash). */
export const isPartOf = (path: string, places: readonly string[]): boolean =>
  places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));

/** What a failing rule says. */
export function report(rule: Rule, violations: readonly string[]): string {
  return [`${rule.name}: ${rule.reason}.`, ...violations.map((violation) => `  ${violation}`)].join('\n');
}
