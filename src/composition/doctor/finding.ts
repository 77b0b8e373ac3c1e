import type { Settings } from '../../platform/config/settings.js';

/** `warning`: it works, and something may be lost or slow. `problem`: it must be put right. */
export type State = 'ok' | 'warning' | 'problem';

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly state: State;
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
export const warning = (check: string, text: string, advice: string): Finding => ({
  ...{ check, state: 'warning', text, advice },
});
export const problem = (check: string, text: string, advice: string): Finding => ({
  ...{ check, state: 'problem', text, advice },
});

const PATIENCE_MS = 10_000;

/** Runs the checks of something that may hang or throw: then that is what was found. */
export async function within(
  check: string,
  checks: Promise<Finding[]>,
  advice: string | ((reason: string) => string),
): Promise<Finding[]> {
  const found = (text: string, reason: string): Finding[] => [
    problem(check, text, typeof advice === 'string' ? advice : advice(reason)),
  ];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const silent = `does not answer within ${PATIENCE_MS / 1000} s`;
    timer = setTimeout(() => resolve(found(silent, silent)), PATIENCE_MS);
  });
  const failed = (error: unknown): Finding[] => {
    const { message, code } = error as NodeJS.ErrnoException;
    // Those of OpenSSL end with a line of their own.
    const reason = (message || String(code)).replaceAll(/\s+/g, ' ').trim();
    return found(`cannot be used (${reason})`, reason);
  };
  return Promise.race([checks.catch(failed), late]).finally(() => clearTimeout(timer));
}

/** Host and port alone of a connection string, which may hold a password and name several hosts. */
export const hostsOf = (url: string): string =>
  /^[a-z+]+:\/\/(?:[^/?]*@)?([^/?]+)/.exec(url)?.[1] ?? 'unknown';

/** Takes whatever is secret out of texts that others wrote, such as drivers' errors. */
export function withoutSecrets(findings: readonly Finding[], settings: Partial<Settings>): Finding[] {
  const { eventStoreUrl, mongoDbUrl, redisUrl, adminPassword, metricsToken } = settings;
  const secrets = [eventStoreUrl, mongoDbUrl, redisUrl].flatMap((url) => (url ? [url, ...partsOf(url)] : []));
  const hidden = [...secrets, adminPassword, metricsToken].filter((text): text is string => Boolean(text));
  const clean = (text: string): string =>
    hidden.reduce((left, secret) => left.replaceAll(secret, '[hidden]'), text);
  return findings.map((found) => ({ ...found, text: clean(found.text) }));
}

/** The password in a URL, as it stands there and decoded. */
function partsOf(url: string): string[] {
  const password = /^[a-z+]+:\/\/[^/?:]*:([^/?]*)@/.exec(url)?.[1];
  if (!password) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
