import type { Query } from './parse.js';
import { parseObject } from './parse.js';

const HIDDEN = '[hidden]';

/** Everything in a request that must not be written down, the longest first. */
function secretsOf(query: Query): string[] {
  const values: unknown[] = [
    query.settings,
    query.data,
    parseObject(query.settings)?.password,
    parseObject(query.data)?.email,
  ];
  return values
    .flat()
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .sort((a, b) => b.length - a.length);
}

/** The text of an error without anything secret that its request brought, should a library have quoted it. */
export function redact(text: string, query: Query): string {
  return secretsOf(query).reduce(
    (safe, secret) => safe.replaceAll(secret, HIDDEN).replaceAll(encodeURIComponent(secret), HIDDEN),
    text,
  );
}
