import { resolve } from 'node:path';
import { type Cidr, parseCidr } from './cidr.js';

/** How the text of a setting becomes a value. */
export interface Kind<T> {
  /** What is allowed, as it stands in messages and documents. */
  readonly allowed: string;
  /** Undefined if the text is not allowed. */
  parse(text: string): T | undefined;
}

const MASTER_KEY_BYTES = 32;
/** bcrypt reads no further. */
const MAX_PASSWORD_BYTES = 72;
const MIN_PASSWORD_LENGTH = 8;

export const oneOf = <const T extends string>(...values: readonly T[]): Kind<T> => ({
  allowed: `one of ${values.join(', ')}`,
  parse: (text) => values.find((value) => value === text),
});

export const wholeNumber = (minimum: number, maximum: number, unit = ''): Kind<number> => ({
  allowed: `a whole number${unit && ` of ${unit}`} from ${minimum} to ${maximum}`,
  parse: (text) => {
    const value = Number(text);
    return /^\d{1,9}$/.test(text) && value >= minimum && value <= maximum ? value : undefined;
  },
});

const SWITCH_WORDS: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };

export const onOff: Kind<boolean> = {
  allowed: '1 or true, 0 or false',
  parse: (text) => (Object.hasOwn(SWITCH_WORDS, text) ? SWITCH_WORDS[text] : undefined),
};

export const matching = (pattern: RegExp, allowed: string): Kind<string> => ({
  allowed,
  parse: (text) => (pattern.test(text) ? text : undefined),
});

/** An absolute path; a relative one starts at the working directory. */
export const directory: Kind<string> = {
  allowed: 'a path',
  parse: (text) => (text.includes('\0') ? undefined : resolve(text)),
};

/** A driver's URL without a trailing slash. It may list several hosts, which the URL class refuses. */
export const driverUrl = (...schemes: readonly string[]): Kind<string> => ({
  allowed: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  parse: (text) => {
    if (!schemes.some((scheme) => text.startsWith(`${scheme}://`))) return undefined;
    const authority = /^[a-z+]+:\/\/([^/?#\s]+)/.exec(text)?.[1];
    return authority && !/\s/.test(text) ? text.replace(/\/+$/, '') : undefined;
  },
});

/** What a client makes of the user and the password: a `%` that begins no code would end it. */
function canDecode({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}

/** A URL without a trailing slash; a password with a `/`, `#` or `%` that is not encoded makes it none. */
export const url = (...schemes: readonly string[]): Kind<string> => {
  const { allowed, parse } = driverUrl(...schemes);
  return {
    allowed,
    parse: (text) => (URL.canParse(text) && canDecode(new URL(text)) ? parse(text) : undefined),
  };
};

/** Of a site: a user in it would be shown to whoever is sent there, and `fetch` takes none. */
export const siteUrl: Kind<string> = {
  allowed: `${url('http', 'https').allowed}, without a user in it`,
  parse: (text) => {
    const checked = url('http', 'https').parse(text);
    if (!checked) return undefined;
    const { username, password } = new URL(checked);
    return username + password === '' ? checked : undefined;
  },
};

/** Of a site that paths are put behind. */
export const baseUrl: Kind<string> = {
  allowed: `${siteUrl.allowed}, ? or #`,
  parse: (text) => (/[?#]/.test(text) ? undefined : siteUrl.parse(text)),
};

/** The client selects what stands in the path as a database's number, and would end the process where it is none. */
export const redisUrl: Kind<string> = {
  allowed: `${url('redis', 'rediss').allowed}, and in it at most a database's number behind the host`,
  parse: (text) => {
    const checked = url('redis', 'rediss').parse(text);
    return checked && /^(\/\d{0,4})?$/.test(new URL(checked).pathname) ? checked : undefined;
  },
};

/** The zone's name as it was written, known to this Node's time zone data. */
export const timeZone: Kind<string> = {
  allowed: 'an IANA time zone such as Asia/Baku',
  parse: (text) => {
    try {
      // Offsets such as +04:00 are no zones: they know no summer time.
      return /^[A-Za-z]/.test(text) && new Intl.DateTimeFormat('en', { timeZone: text }) ? text : undefined;
    } catch {
      return undefined;
    }
  },
};

const entries = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

export const cidrList: Kind<readonly Cidr[]> = {
  allowed: 'IP addresses or CIDR blocks, separated by commas',
  parse: (text) => {
    const blocks = entries(text).map(parseCidr);
    return blocks.every((block) => block !== null) ? blocks : undefined;
  },
};

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Host name (lower case, no port) → surface. */
export const hostMap = <const T extends string>(surfaces: readonly T[]): Kind<ReadonlyMap<string, T>> => ({
  allowed: `pairs such as pay.example.com=${surfaces[0]}, separated by commas; surfaces: ${surfaces.join(', ')}`,
  parse: (text) => {
    const hosts = new Map<string, T>();
    for (const entry of entries(text)) {
      const [host = '', name, ...rest] = entry.toLowerCase().split('=');
      const surface = surfaces.find((known) => known === name);
      if (!surface || rest.length > 0 || !HOST_NAME.test(host) || hosts.has(host)) return undefined;
      hosts.set(host, surface);
    }
    return hosts;
  },
});

export const password: Kind<string> = {
  allowed: `at least ${MIN_PASSWORD_LENGTH} characters, at most ${MAX_PASSWORD_BYTES} bytes, no NUL`,
  parse: (text) =>
    text.length >= MIN_PASSWORD_LENGTH &&
    Buffer.byteLength(text) <= MAX_PASSWORD_BYTES &&
    !text.includes('\0')
      ? text
      : undefined,
};

/** 32 bytes. */
export const masterKey: Kind<Buffer> = {
  allowed: '32 bytes, as 64 hexadecimal digits or in Base64',
  parse: (text) => {
    if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
    if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
    const key = Buffer.from(text, 'base64');
    return key.length === MASTER_KEY_BYTES ? key : undefined;
  },
};

export const text: Kind<string> = { allowed: 'any text', parse: (value) => value };
