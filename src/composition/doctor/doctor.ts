import { idleSettings, loadSettings, type Settings, SettingsError } from '../../platform/config/settings.js';
import { readMasterKey } from '../../platform/security/master-key-file.js';
import { type Finding, ok, problem, warning, within, withoutSecrets } from './finding.js';
import { checkDataDirectory, checkNode } from './local-checks.js';
import { type LookProcess, lookApart } from './look-apart.js';
import { checkMemory } from './memory-check.js';
import { checkStored } from './stored-checks.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Looks at everything that the product stands on: this machine, the settings, the data directory, the servers that are
 * set. Changes nothing, beside a running server or without one. No finding names a secret.
 * @param look process that looks at what is stored; absent: this one does, and ends where LMDB does
 */
export async function examine(env: Environment, look?: LookProcess): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = loadSettings(env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const wrong = error.problems.map(({ variable, message }) =>
      problem('settings', `${variable} ${message}`, 'see docs/settings.md'),
    );
    return [checkNode(), ...wrong];
  }
  const { eventStoreUrl, mongoDbUrl, redisUrl } = settings;
  const servers = await import('./server-checks.js');
  const groups = await Promise.all([
    [checkNode(), checkMemory()],
    checkSettings(settings),
    within('data', checkDataDirectory(settings), 'make DATA_DIR a folder that this user can write'),
    within('data', look ? lookApart(look, env) : checkStored(settings), 'look at DATA_DIR'),
    eventStoreUrl
      ? within('eventstoredb', servers.checkEventStoreDb(eventStoreUrl), adviceOn('EVENTSTORE_URL'))
      : [],
    mongoDbUrl
      ? within('mongodb', servers.checkMongoDb(mongoDbUrl, givenKey(settings)), adviceOn('MONGODB_URL'))
      : [],
    redisUrl ? within('redis', servers.checkRedis(redisUrl), adviceOn('REDIS_URL')) : [],
  ]);
  return withoutSecrets(groups.flat(), settings);
}

const adviceOn =
  (variable: string) =>
  (reason: string): string => {
    if (/wrong version number|packet length too long/i.test(reason))
      return `the server speaks no TLS: take it out of ${variable}`;
    if (/self.signed|unable to (get|verify)|certificate/i.test(reason))
      return `name the certificate of the server's CA in ${variable}`;
    return /\b(WRONGPASS|NOAUTH|NOPERM|auth\w* failed)\b|let this user/i.test(reason)
      ? `correct the user or the password in ${variable}, or what that user may do`
      : `start the server, or correct ${variable}`;
  };

function givenKey({ masterKey, dataDir }: Settings) {
  try {
    return readMasterKey(masterKey, dataDir);
  } catch {
    // The check of the master key says so.
    return null;
  }
}

function checkSettings(settings: Settings): Finding[] {
  const idle = idleSettings(settings).map((variable) =>
    warning('settings', `${variable} has no effect in this release`, 'leave it out'),
  );
  const { eventStoreUrl, mongoDbUrl, redisUrl } = settings;
  const engines = Object.entries({ EventStoreDB: eventStoreUrl, MongoDB: mongoDbUrl, Redis: redisUrl });
  const set = engines.filter(([, url]) => url !== null).map(([name]) => name);
  return [
    ok('settings', set.length > 0 ? `understood, on ${set.join(', ')}` : 'understood, embedded'),
    ...idle,
  ];
}
