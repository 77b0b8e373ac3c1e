import { isIP } from 'node:net';
import { MAX_TARGET_LENGTH } from './limits.js';

/** Why nothing is sent to an address. */
export type TargetProblem =
  | 'malformed'
  | 'scheme'
  | 'https-required'
  | 'userinfo'
  | 'port'
  | 'private-address'
  | 'unresolvable';

export interface Target {
  readonly url: URL;
  /** Without brackets; in the one spelling that the URL standard gives to an address in any notation. */
  readonly host: string;
  readonly isAddress: boolean;
}

/** White space, control characters, and the backslash that browsers take for a slash. */
const AMBIGUOUS = /[\s\p{Cc}\p{Cf}\\]/u;

/** Ports from 1024 on where something else than HTTP is known to listen: mail, databases, caches, remote shells. */
const NOT_HTTP = new Set([
  ...[1113, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060],
  ...[5061, 5432, 5672, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092],
  ...[10080, 10250, 11211, 27017, 27018, 27019],
]);

function isHttpPort(url: URL): boolean {
  const port = url.port === '' ? null : Number(url.port);
  return port === null || port === 80 || port === 443 || (port >= 1024 && !NOT_HTTP.has(port));
}

/** Reads an address as the connection will be made, or says what is wrong with it. Does not look any name up. */
export function parseTarget(text: string, options: { readonly allowHttp: boolean }): Target | TargetProblem {
  if (text.length > MAX_TARGET_LENGTH || AMBIGUOUS.test(text) || !URL.canParse(text)) return 'malformed';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
  if (url.username !== '' || url.password !== '') return 'userinfo';
  // The parser drops an empty userinfo; whoever wrote it meant to mislead somebody.
  if (/^[a-z]+:\/*[^/?#]*@/i.test(text)) return 'userinfo';
  if (url.protocol === 'http:' && !options.allowHttp) return 'https-required';
  if (url.hash !== '' || url.hostname === '') return 'malformed';
  if (!isHttpPort(url)) return 'port';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { url, host, isAddress: isIP(host) !== 0 };
}
