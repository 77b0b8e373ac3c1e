import { parseObject, type Query } from './parse.js';

const HIDDEN = '[hidden]';

/** Shorter texts are no secrets worth hiding, and hiding them would make a log unreadable. */
const MIN_SECRET_LENGTH = 4;

/** Texts in JSON, also in a piece of JSON that no parser takes; a colon behind one tells names apart. */
const JSON_TEXT = /"((?:[^"\\]|\\.)*)"(\s*:)?/g;

const textsIn = (json: string): string[] =>
  [...json.matchAll(JSON_TEXT)].filter(([, , colon]) => colon === undefined).map(([, text = '']) => text);

/** Everything in a request that might not be fit to be written down, the longest first. */
function secretsOf({ settings, data }: Query): string[] {
  const parameters = [settings, data].flat().filter((value) => typeof value === 'string');
  const parsed = parameters.flatMap((json) => Object.values(parseObject(json) ?? {}));
  return [...parameters, ...parameters.flatMap(textsIn), ...parsed]
    .filter((value): value is string => typeof value === 'string' && value.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
}

/** The text of an error without anything that its request brought, should a library have quoted it. */
export function redact(text: string, query: Query): string {
  return secretsOf(query).reduce(
    (safe, secret) => safe.replaceAll(secret, HIDDEN).replaceAll(percentEncoded(secret), HIDDEN),
    text,
  );
}

/** Halves of surrogate pairs have no encoding. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
