import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../../migrations/all.js';
import type { Settings } from '../../platform/config/settings.js';
import { lookAtLog } from '../../platform/event-store/embedded/stored-log.js';
import { EventStoreError } from '../../platform/event-store/event-store.js';
import type { LogMark } from '../../platform/event-store/log-mark.js';
import { LmdbIndexStorage } from '../../platform/indexes/embedded/lmdb-index-storage.js';
import { EmbeddedKeyStore, type StoredKeys } from '../../platform/key-store/embedded/embedded-key-store.js';
import {
  EnvironmentDamaged,
  problemOfEnvironment,
  problemOfStored,
} from '../../platform/lmdb/environment-file.js';
import { DataFormatError, readFormat, refuseNewerFormat } from '../../platform/migrations/migrations.js';
import { FINGERPRINT_SCOPE, KeyedHash } from '../../platform/security/keyed-hash.js';
import type { MasterKey } from '../../platform/security/master-key.js';
import { readMasterKeys } from '../../platform/security/master-key-file.js';
import { nameOf, namespaceOf, problemOfFiles } from '../log-owner.js';
import { otherLog } from '../other-log.js';
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

interface UsedKeys {
  /** Null: there is none yet, or it is lost. */
  readonly master: MasterKey | null;
  /** Null where there are none. */
  readonly stored: StoredKeys | null;
}

/** The master key that a start would use, and the embedded data keys. @throws {EnvironmentDamaged} */
async function usedKeys(settings: Settings): Promise<UsedKeys> {
  const masters = readMasterKeys(settings.masterKey, settings.dataDir);
  if (!hasKeys(settings)) return { master: masters[0] ?? null, stored: null };
  const looks = [...masters, ...(masters.length === 0 ? [null] : [])].map(async (master) => ({
    master,
    stored: await EmbeddedKeyStore.stored(keyFolder(settings.dataDir), master, FINGERPRINT_SCOPE),
  }));
  const found = await Promise.all(looks);
  return found.find(({ stored }) => stored.matches) ?? found[0]!;
}

/** Whether the embedded data keys open with the master key that the settings give. */
async function checkKeys(settings: Settings): Promise<Finding[]> {
  let used: UsedKeys;
  try {
    used = await usedKeys(settings);
  } catch (error) {
    if (!(error instanceof EnvironmentDamaged)) throw error;
    return [problem('data keys', error.message, RESTORE)];
  }
  const { master, stored } = used;
  if (stored && !stored.matches) {
    return [
      master
        ? problem(
            'master key',
            'is not the one of this data',
            'set the KEYFORGE_MASTER_KEY that it was made with',
          )
        : problem(
            'master key',
            'there is none, and data that needs it',
            'set KEYFORGE_MASTER_KEY, or put master.key back',
          ),
    ];
  }
  if (!master) return [ok('master key', 'none yet: the first start makes one')];
  return [
    settings.masterKey
      ? ok('master key', stored ? 'opens the stored keys' : 'is given')
      : ok('master key', 'a file in DATA_DIR, which is in no backup: keep a copy elsewhere'),
  ];
}

/** Whether the log can be read, belongs to the data keys beside it, and is the one that the indexes follow. */
async function checkLog(settings: Settings): Promise<Finding[]> {
  const { dataDir, streamNamespace, mongoDbUrl } = settings;
  if (settings.eventStoreUrl !== null) return [];
  const directory = join(dataDir, 'log');
  const refused = (text: string): Finding[] => [problem('log', text, 'nothing starts on it')];
  try {
    // Before the log, which may grow meanwhile.
    const mark = await storedMark(join(dataDir, 'indexes'));
    const log = await lookAtLog(directory, mark && BigInt(mark.position));
    const facts = {
      claimedBy: log.claimedBy,
      isEmpty: log.head === 0n,
      namespace: namespaceOf(log.firstStream),
    };
    const keys = mongoDbUrl === null ? await keyFacts(settings, log.claimedBy) : null;
    const found = problemOfFiles(facts, keys, { directory, streamNamespace });
    if (found !== null) return refused(found);
    if (mark && log.eventAt !== mark.event) {
      return refused(otherLog('the indexes', mark.position, log.head, dataDir).message);
    }
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
  const { stored } = await usedKeys(settings);
  if (!stored) return { haveLog: false, name: null };
  const name = stored.key && nameOf(new KeyedHash(stored.key));
  return { haveLog: stored.haveLog, name: stored.matches ? name : claimedBy };
}

/** Up to which event the indexes follow their log; null where they are none, or will be built anew. */
async function storedMark(directory: string): Promise<LogMark | null> {
  const isUsable = existsSync(join(directory, 'data.mdb')) && problemOfEnvironment(directory) === null;
  return isUsable ? LmdbIndexStorage.storedMark(directory) : null;
}
