import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../../migrations/all.js';
import type { Settings } from '../../platform/config/settings.js';
import { lookAtLog } from '../../platform/event-store/embedded/stored-log.js';
import { EventStoreError } from '../../platform/event-store/event-store.js';
import { EmbeddedKeyStore, type StoredKeys } from '../../platform/key-store/embedded/embedded-key-store.js';
import { EnvironmentDamaged, problemOfStored } from '../../platform/lmdb/environment-file.js';
import { DataFormatError, readFormat, refuseNewerFormat } from '../../platform/migrations/migrations.js';
import { FINGERPRINT_SCOPE, KeyedHash } from '../../platform/security/keyed-hash.js';
import type { MasterKey } from '../../platform/security/master-key.js';
import { readMasterKey } from '../../platform/security/master-key-file.js';
import { nameOf, namespaceOf, problemOfFiles } from '../log-owner.js';
import { type Finding, ok, problem, within } from './finding.js';
import { isFile } from './local-checks.js';

const RESTORE = 'put back what is missing, or restore a backup into an empty DATA_DIR';
const VERIFY =
  'run `npm run cli -- verify`, which names all damage, and restore a backup into an empty DATA_DIR';

/** What is stored in the data directory, as the next start will find it. Changes nothing. */
export async function checkStored(settings: Settings): Promise<Finding[]> {
  if (isFile(settings.dataDir)) return [];
  const groups = await Promise.all([
    checkFormat(settings),
    checkAnswers(settings),
    within('master key', checkKeys(settings), 'look at the file, or set the variable anew'),
    within('log', checkLog(settings), RESTORE),
  ]);
  return groups.flat();
}

function checkFormat({ dataDir }: Settings): Finding[] {
  try {
    refuseNewerFormat(dataDir, readFormat(dataDir), MIGRATIONS.length);
    return [];
  } catch (error) {
    if (!(error instanceof DataFormatError)) throw error;
    return [problem('format', error.message, 'nothing starts on it')];
  }
}

function checkAnswers({ dataDir, mongoDbUrl }: Settings): Finding[] {
  const directory = join(dataDir, 'idempotency');
  const damage = mongoDbUrl === null ? problemOfStored(directory) : null;
  if (damage === null) return [];
  return [
    problem('idempotency keys', `cannot be opened: ${damage}`, `to go without them, delete ${directory}`),
  ];
}

const keyFolder = (dataDir: string): string => join(dataDir, 'keys');
const hasKeys = ({ dataDir, mongoDbUrl }: Settings): boolean =>
  mongoDbUrl === null && existsSync(join(keyFolder(dataDir), 'keys.mdb'));

/** The embedded data keys; null where there are none. */
const storedKeys = async (settings: Settings, key: MasterKey): Promise<StoredKeys | null> =>
  hasKeys(settings) ? EmbeddedKeyStore.stored(keyFolder(settings.dataDir), key, FINGERPRINT_SCOPE) : null;

/** Whether the embedded data keys open with the master key that the settings give. */
async function checkKeys(settings: Settings): Promise<Finding[]> {
  const key = readMasterKey(settings.masterKey, settings.dataDir);
  if (!key) {
    return [
      hasKeys(settings)
        ? problem(
            'master key',
            'there is none, and data that needs it',
            'set KEYFORGE_MASTER_KEY, or put master.key back',
          )
        : ok('master key', 'none yet: the first start makes one'),
    ];
  }
  let stored: StoredKeys | null;
  try {
    stored = await storedKeys(settings, key);
  } catch (error) {
    if (!(error instanceof EnvironmentDamaged)) throw error;
    return [problem('data keys', error.message, RESTORE)];
  }
  if (stored && !stored.matches) {
    const advice = 'set the KEYFORGE_MASTER_KEY that it was made with';
    return [problem('master key', 'is not the one of this data', advice)];
  }
  return [
    settings.masterKey
      ? ok('master key', stored ? 'opens the stored keys' : 'is given')
      : ok('master key', 'a file in DATA_DIR, which is in no backup: keep a copy elsewhere'),
  ];
}

/** Whether the log can be read, and belongs to the data keys beside it. */
async function checkLog(settings: Settings): Promise<Finding[]> {
  const { dataDir, streamNamespace, mongoDbUrl } = settings;
  if (settings.eventStoreUrl !== null) return [];
  const directory = join(dataDir, 'log');
  try {
    const { claimedBy, firstStream } = await lookAtLog(directory);
    const facts = { claimedBy, isEmpty: firstStream === null, namespace: namespaceOf(firstStream) };
    const keys = mongoDbUrl === null ? await keyFacts(settings, claimedBy) : null;
    const found = problemOfFiles(facts, keys, { directory, streamNamespace });
    if (found !== null) return [problem('log', found, 'nothing starts on it')];
    return [ok('log', facts.isEmpty ? 'empty' : 'its newest events can be read')];
  } catch (error) {
    if (error instanceof EventStoreError) return [problem('log', error.message, VERIFY)];
    // Of the data keys: said above.
    if (error instanceof EnvironmentDamaged) return [];
    throw error;
  }
}

/** Where the master key is missing, or another one, that is what must be said: the log is taken for one of these keys. */
async function keyFacts(settings: Settings, claimedBy: string | null) {
  const master = readMasterKey(settings.masterKey, settings.dataDir);
  const stored = master && (await storedKeys(settings, master));
  if (!stored) return { haveLog: false, name: hasKeys(settings) ? claimedBy : null };
  if (!stored.matches) return { haveLog: stored.haveLog, name: claimedBy };
  return { haveLog: stored.haveLog, name: stored.key && nameOf(new KeyedHash(stored.key)) };
}
