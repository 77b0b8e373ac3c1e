import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SETTINGS, type Setting, type SettingSupport } from './settings-schema.js';

type SettingName = keyof typeof SETTINGS;
type Parsed = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never;
};

/** All settings, checked and typed. Holds secrets: never log it. */
export type Settings = Omit<Parsed, 'demo' | 'publicUrl' | 'mailFrom'> & {
  readonly mailFrom: string;
  readonly demo: boolean;
  /** Without a trailing slash. */
  readonly publicUrl: string;
};

/** One or more settings are wrong. The message names each variable and what it allows, never a secret's value. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly { readonly variable: string; readonly message: string }[]) {
    super(problems.map(({ variable, message }) => `${variable} ${message}`).join('\n'));
    this.name = 'SettingsError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Text of a setting and the variable that it came from. An empty variable counts as not set, as compose files need. */
function readText(setting: Setting<unknown>, env: Environment): { variable: string; value: string | null } {
  const { variable } = setting;
  const value = env[variable] || null;
  const fileVariable = `${variable}_FILE`;
  const path = setting.secret ? env[fileVariable] || null : null;
  if (path === null) return { variable, value };
  if (value !== null) {
    throw new SettingsError([{ variable, message: `and ${fileVariable} are both set; give one of them` }]);
  }
  try {
    return { variable: fileVariable, value: readFileSync(path, 'utf8').replace(/[\r\n]+$/, '') };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new SettingsError([
      { variable: fileVariable, message: `names a file that cannot be read (${reason})` },
    ]);
  }
}

function readSetting(setting: Setting<unknown>, env: Environment): unknown {
  const { variable, value } = readText(setting, env);
  const given = value ?? setting.fallback;
  if (given === null) return null;
  const parsed = setting.parse(given);
  if (parsed !== undefined) return parsed;
  const shown = setting.secret ? '' : ` (it is ${JSON.stringify(withoutUser(given).slice(0, 100))})`;
  throw new SettingsError([{ variable, message: `must be ${setting.allowed}${shown}` }]);
}

/** A URL's user and password are nobody's business, wherever they stand. */
const withoutUser = (text: string): string => text.replace(/(\/\/)[^/?#\s]*@/g, '$1…@');

/** A name under which a client on this machine finds a server that listens on `host`. */
function reachableHost(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * The process's environment over that of a `.env` file in `directory`, if there is one.
 * @param processEnv wins wherever both set a variable.
 * @throws {SettingsError} if the file is there and cannot be read.
 */
export function readEnvironment(processEnv: Environment, directory: string): Environment {
  const path = join(directory, '.env');
  if (!existsSync(path)) return processEnv;
  const given = Object.entries(processEnv).filter(([, value]) => value !== '');
  return { ...parseEnv(readEnvFile(path)), ...Object.fromEntries(given) };
}

/** Some editors put a mark before the first line, which would be part of its variable's name, and no such variable is known. */
function readEnvFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new SettingsError([{ variable: path, message: `cannot be read (${reason})` }]);
  }
  if (!text.includes('\0')) return text;
  throw new SettingsError([{ variable: path, message: 'must be a text file in UTF-8' }]);
}

/** What is embedded belongs to one process, which then does everything. */
function roleProblems({
  role,
  eventStoreUrl,
  mongoDbUrl,
  redisUrl,
}: Pick<Parsed, 'role' | 'eventStoreUrl' | 'mongoDbUrl' | 'redisUrl'>): SettingsError['problems'] {
  if (role !== 'api' && role !== 'worker') return [];
  const embedded = [
    { variable: 'EVENTSTORE_URL', url: eventStoreUrl, what: 'the embedded log' },
    { variable: 'MONGODB_URL', url: mongoDbUrl, what: 'the embedded stores of read models and keys' },
    { variable: 'REDIS_URL', url: redisUrl, what: 'the embedded timers' },
  ];
  return embedded
    .filter(({ url }) => !url)
    .map(({ variable, what }) => ({
      variable: 'ROLE',
      message: `${role} needs ${variable}: ${what} can be used by one process alone, with ROLE=all`,
    }));
}

function mailProblems(
  { resendApiKey, smtpUrl, mailFrom }: Partial<Parsed>,
  production: boolean,
): SettingsError['problems'] {
  const [resend, smtp, from] = [SETTINGS.resendApiKey, SETTINGS.smtpUrl, SETTINGS.mailFrom];
  if (resendApiKey && smtpUrl) {
    return [{ variable: smtp.variable, message: `and ${resend.variable} are both set; give one of them` }];
  }
  if (!production || mailFrom || (!resendApiKey && !smtpUrl)) return [];
  const given = resendApiKey ? resend : smtp;
  const message = `must be given with ${given.variable} in production: ${from.allowed}`;
  return [{ variable: from.variable, message }];
}

/**
 * Reads, checks and types all settings.
 * @throws {SettingsError} with every problem that was found.
 */
export function loadSettings(env: Environment): Settings {
  const problems: SettingsError['problems'][number][] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    try {
      values[name] = readSetting(setting, env);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      problems.push(...error.problems);
    }
  }
  const parsed = values as Parsed;
  const production = parsed.nodeEnv === 'production';
  if (production && parsed.masterKey === null) {
    const { variable, allowed } = SETTINGS.masterKey;
    problems.push({ variable, message: `must be given with NODE_ENV=production: ${allowed}` });
  }
  problems.push(...roleProblems(parsed), ...mailProblems(parsed, production));
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    ...parsed,
    demo: parsed.demo ?? !production,
    mailFrom: parsed.mailFrom ?? 'KeyForge <keyforge@localhost>',
    publicUrl: parsed.publicUrl ?? `http://${reachableHost(parsed.host)}:${parsed.port}`,
  };
}

/** Variables of a kind of support whose value is not the default. */
function changed(settings: Settings, support: SettingSupport): string[] {
  return Object.entries<Setting<unknown>>(SETTINGS)
    .filter(([, setting]) => setting.support === support)
    .filter(([name, setting]) => {
      const initial = setting.fallback === null ? null : setting.parse(setting.fallback);
      return JSON.stringify(listed(settings[name as SettingName])) !== JSON.stringify(listed(initial));
    })
    .map(([, setting]) => setting.variable);
}

const listed = (value: unknown): unknown => (value instanceof Map ? [...value] : value);

/** Variables set to something that this release cannot do. The composition root refuses to start with any of them. */
export const unsupportedSettings = (settings: Settings): string[] => changed(settings, 'refused');

/** Variables set to something that has no effect in this release; worth a warning at start. */
export const idleSettings = (settings: Settings): string[] => changed(settings, 'idle');
