/** Stands for this server; the name is nobody's. */
const HERE = 'http://here.invalid';

/**
 * Whether this is an http(s) address that anybody may be shown: without a user or a password, which every reader of it
 * would learn and some would send on.
 */
export function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s/]\S*$/u.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username + password === '';
}

/**
 * Whether this is a path of this server below `folder`, which ends in a slash, as clients read it: `..` leads out of the
 * folder, also as `%2e%2e` and behind a backslash, and two slashes to another server.
 */
export function isPathBelow(folder: string, text: string): boolean {
  if (!text.startsWith(folder) || /\s/u.test(text) || !URL.canParse(text, HERE)) return false;
  const { origin, pathname } = new URL(text, HERE);
  return origin === HERE && pathname.startsWith(folder);
}
