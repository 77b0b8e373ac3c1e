/**
 * The net under the loggers: takes secrets out of a finished log line, wherever in it they stand, so that a message
 * of a library that quotes a URL or a body shows none either.
 */
const HIDDEN = '[hidden]';

/**
 * Names whose values never belong in a log, as properties, headers, query parameters or form fields. Every repetition
 * that could start over at each character is bounded, so that a hostile line takes linear time.
 */
const NAMES =
  '[a-z0-9_.-]{0,30}(?:passw(?:or)?d|passphrase|secret|authorization|cookie|api[_-]?(?:key|login)|token|' +
  'master[_-]?key|key[_-]?text)[a-z0-9_.-]{0,30}';

/** A JSON value: string, number, literal, or a flat list or object. */
const JSON_VALUE = '(?:"(?:[^"\\\\]|\\\\.)*"|\\[[^\\]]{0,2000}\\]|\\{[^}]{0,2000}\\}|[^,}\\]\\s"]+)';

/** The same inside a JSON string, where quotes are escaped once more: a body that somebody logged as text. */
const QUOTED_VALUE = '(?:\\\\"(?:[^"\\\\]|\\\\\\\\(?:\\\\.|[^\\\\]))*\\\\"|[^,}\\]\\s"\\\\]+)';

/** From the `?` behind a path to the end of the URL; a quote inside it is escaped in a JSON line. */
const QUERY = /(\/[^\s"?\\/]*)\?(?:[^\s"\\]|\\.)+/g;
const PROPERTY = new RegExp(`"(${NAMES})"\\s*:\\s*${JSON_VALUE}`, 'gi');
const QUOTED_PROPERTY = new RegExp(`\\\\"(${NAMES})\\\\"\\s*:\\s*${QUOTED_VALUE}`, 'gi');
const FIELD = new RegExp(`\\b(${NAMES})=(?:[^&\\s"\\\\;,]|\\\\[^"])+`, 'gi');
const CREDENTIALS = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}/gi;
/** User and password in a URL, such as a database's. */
const USER_INFO = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"/@]+@/gi;

/** @param line one JSON object as text; the result is one too. */
export const scrub = (line: string): string =>
  line
    .replace(QUERY, `$1?${HIDDEN}`)
    .replace(PROPERTY, `"$1":"${HIDDEN}"`)
    .replace(QUOTED_PROPERTY, `\\"$1\\":\\"${HIDDEN}\\"`)
    .replace(FIELD, `$1=${HIDDEN}`)
    .replace(CREDENTIALS, `$1 ${HIDDEN}`)
    .replace(USER_INFO, `$1${HIDDEN}@`);
