/** At most, as mail servers take them (RFC 5321). */
export const EMAIL_CODE_POINTS = 254;

/** Letters of any script; what the conversion would read as the rest of a URL is not among the others. */
const ADDRESS = /^[^\s\p{Cc}\p{Cf}\p{Cs}@<>()[\]\\,;:"]{1,64}@[\p{L}\p{M}\p{N}.。·・-]+$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * The address trimmed and composed (an `e` and its accent are one `é`), with its domain as mail servers know it: in
 * lower case, and in ASCII where it has other letters (`bücher.example` is `xn--bcher-kva.example`). Null if no mail
 * server could take it.
 */
export function emailAddress(text: string): string | null {
  const given = text.trim().normalize('NFC');
  if (given.length > EMAIL_CODE_POINTS || !ADDRESS.test(given)) return null;
  const at = given.lastIndexOf('@') + 1;
  const url = `http://${given.slice(at)}`;
  if (!URL.canParse(url)) return null;
  const domain = new URL(url).hostname;
  const address = given.slice(0, at) + domain;
  return DOMAIN.test(domain) && address.length <= EMAIL_CODE_POINTS ? address : null;
}
