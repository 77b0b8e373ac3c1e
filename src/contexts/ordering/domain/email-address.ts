import { EMAIL_CODE_POINTS } from '../limits.js';

const ADDRESS =
  /^[^\s\p{Cc}\p{Cf}@<>()[\]\\,;:"]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/iu;

/** The address trimmed, with its domain in lower case; null if no mail server could take it. */
export function emailAddress(text: string): string | null {
  const address = text.trim();
  if (address.length > EMAIL_CODE_POINTS || !ADDRESS.test(address)) return null;
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
