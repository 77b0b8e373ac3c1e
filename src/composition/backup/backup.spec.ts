import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, type Settings } from '../../platform/config/settings.js';
import { LmdbIdempotencyStore } from '../../platform/idempotency/embedded/lmdb-idempotency-store.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { createLogger } from '../../platform/logging/logger.js';
import { MasterKey } from '../../platform/security/master-key.js';
import { type Engines, openEngines } from '../engines.js';
import { MANIFEST_FILE, readManifest } from './manifest.js';
import { restoreBackup } from './restore-backup.js';
import { takeBackup } from './take-backup.js';

const ids = new SystemIds();
const logger = createLogger({ logLevel: 'silent' });
const master = MasterKey.generate();
const silent = (): void => {};
let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kf-backup-'));
  folder = join(root, 'backup');
});
afterEach(() => rmSync(root, { recursive: true }));

const settingsOf = (name: string, more: Record<string, string> = {}): Settings =>
  loadSettings({ DATA_DIR: join(root, name), KEYFORGE_MASTER_KEY: master.reveal(), ...more });

const open = (settings: Settings): Promise<Engines> =>
  openEngines({
    settings,
    ids,
    logger,
    onFatal: (error) => {
      throw error;
    },
  });

const append = (engines: Engines, stream: string) =>
  engines.events.append([
    {
      stream,
      expectedRevision: -1,
      events: [{ id: ids.uuid(), type: 'Happened', data: Buffer.from('{}'), metadata: Buffer.from('{}') }],
    },
  ]);

const back = (engines: Engines, into = folder) =>
  takeBackup(engines.backedUp!, settingsOf('data'), into, silent);

/** A data directory with two events, two data keys and an upload, and its backup. */
async function backedUp(): Promise<{ keyId: string }> {
  const engines = await open(settingsOf('data'));
  await append(engines, 'kf.thing-1');
  await append(engines, 'kf.thing-2');
  const { id } = await engines.keys.obtain('lot-1');
  mkdirSync(join(root, 'data/uploads'));
  writeFileSync(join(root, `data/uploads/${'a'.repeat(64)}.png`), 'a picture');
  writeFileSync(join(root, 'data/uploads/half.part'), 'half a picture');
  await back(engines);
  await engines.close();
  return { keyId: id };
}

async function restored(name = 'other', more: Record<string, string> = {}) {
  mkdirSync(join(root, name), { recursive: true });
  return restoreBackup(settingsOf(name, more), folder, silent);
}

it('a backup gives back events, data keys and uploads, and nothing that follows from them', async () => {
  const { keyId } = await backedUp();
  expect((await restored()).log).toMatchObject({ events: 2, problems: [] });
  expect(readdirSync(join(root, 'other')).sort()).toEqual([
    'format.json',
    'idempotency',
    'keys',
    'log',
    'uploads',
  ]);
  const uploads = readdirSync(join(root, 'other/uploads'));
  expect(uploads).toEqual([`${'a'.repeat(64)}.png`]);
  const engines = await open(settingsOf('other'));
  expect(await engines.events.headPosition()).toBe(2n);
  expect(await engines.keys.find(keyId)).not.toBeNull();
  await engines.close();
});

it('a backup is for its owner alone, and holds no master key', async () => {
  await backedUp();
  writeFileSync(join(root, 'data/master.key'), master.reveal());
  for (const { path } of readManifest(folder)!.files) {
    expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, path)).includes(master.reveal())).toBe(false);
  }
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('a destroyed data key is in no later backup', async () => {
  const engines = await open(settingsOf('data'));
  const { id } = await engines.keys.obtain('customer-1');
  await back(engines, join(root, 'before'));
  await engines.keys.destroy('customer-1');
  await back(engines, join(root, 'after'));
  await engines.close();
  const holds = (name: string): boolean => readFileSync(join(root, name, 'keys/keys.mdb')).includes(id);
  expect([holds('before'), holds('after')]).toEqual([true, false]);
});

it('an answer that was given after the copy of the log began is left to the log to tell', async () => {
  const store = LmdbIdempotencyStore.open(join(root, 'store'));
  const request = { fingerprint: 'f', begunAtMs: 1, after: '0', upTo: null };
  await store.claim('early', { ...request, attemptId: 'a', answer: 'sealed' });
  const answered = await store.answeredAttempts();
  await store.claim('late', { ...request, attemptId: 'b', answer: 'sealed', upTo: '7' });
  mkdirSync(join(root, 'copy'));
  await store.copyTo(join(root, 'copy'), answered);
  await store.close();
  const copy = LmdbIdempotencyStore.open(join(root, 'copy'));
  const found = async (key: string) => copy.claim(key, { ...request, attemptId: 'c', answer: null });
  expect(await found('early')).toMatchObject({ attemptId: 'a', answer: 'sealed' });
  expect(await found('late')).toMatchObject({ attemptId: 'b', answer: null, upTo: null });
  await copy.close();
});

it('a backup needs an empty folder outside the data directory', async () => {
  const engines = await open(settingsOf('data'));
  await expect(back(engines, join(root, 'data/backup'))).rejects.toThrow('belongs elsewhere');
  await back(engines);
  await expect(back(engines)).rejects.toThrow('is not empty');
  expect(readManifest(folder)).not.toBeNull();
  await engines.close();
});

it.each(['/proc/backup', '/dev/null', '/dev/null/backup'])(
  'a backup into %s is refused at once',
  async (place) => {
    const engines = await open(settingsOf('data'));
    await expect(back(engines, place)).rejects.toThrow(`${place} must be a folder`);
    await engines.close();
  },
);

it('a backup that fails leaves nothing that looks like one', async () => {
  const engines = await open(settingsOf('data'));
  rmSync(join(root, 'data/format.json'));
  await expect(back(engines)).rejects.toThrow('format.json');
  expect(readdirSync(folder)).toEqual([]);
  await engines.close();
});

describe('a restore is refused', () => {
  const damage = (path: string, change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(join(folder, path));
    change(bytes);
    writeFileSync(join(folder, path), bytes);
  };
  const edited = (change: (manifest: Record<string, unknown>) => void): void => {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8'));
    change(manifest);
    writeFileSync(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  };
  it.each<[string, string, () => void]>([
    ['without a manifest', 'there is no backup', () => rmSync(join(folder, MANIFEST_FILE))],
    [
      'where a file stands',
      'there is no backup',
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
    ],
    ['with half a manifest', 'is damaged', () => writeFileSync(join(folder, MANIFEST_FILE), '{"product":')],
    [
      'with a path that leads elsewhere',
      'is damaged',
      () =>
        edited((m) => {
          m.files = [{ path: '../x' }];
        }),
    ],
    [
      'of a newer format',
      'use a newer release',
      () =>
        edited((m) => {
          m.format = 99;
        }),
    ],
    [
      'of another namespace',
      'STREAM_NAMESPACE=xx',
      () =>
        edited((m) => {
          m.streamNamespace = 'xx';
        }),
    ],
    ['with a file missing', 'lacks log/data.mdb', () => rmSync(join(folder, 'log/data.mdb'))],
    [
      'with a flipped bit',
      'checksum differs',
      () =>
        damage('log/data.mdb', (bytes) => {
          bytes[9_000]! ^= 1;
        }),
    ],
    ['with a longer file', 'checksum differs', () => appendFileSync(join(folder, 'keys/keys.mdb'), 'x')],
  ])('%s, and the directory stays empty', async (_, message, break_) => {
    await backedUp();
    break_();
    await expect(restored()).rejects.toThrow(message);
    expect(readdirSync(join(root, 'other'))).toEqual([]);
  });

  it('under another master key, and under none', async () => {
    await backedUp();
    const key = { KEYFORGE_MASTER_KEY: MasterKey.generate().reveal() };
    // The data keys alone are copied before that is known.
    const rest = readdirSync(folder).filter((name) => !['keys', MANIFEST_FILE].includes(name));
    for (const name of rest) rmSync(join(folder, name), { recursive: true });
    await expect(restored('other', key)).rejects.toThrow('another master key');
    await expect(restored('other', { KEYFORGE_MASTER_KEY: '' })).rejects.toThrow('holds the master key');
    expect(readdirSync(join(root, 'other'))).toEqual([]);
  });

  it('into a directory that holds anything but its master key and an empty folder for uploads', async () => {
    await backedUp();
    mkdirSync(join(root, 'volume/uploads'), { recursive: true });
    // A file system's own.
    mkdirSync(join(root, 'volume/.snapshot'));
    expect((await restored('volume')).log).toMatchObject({ events: 2, problems: [] });
    expect(readdirSync(join(root, 'volume/uploads'))).toEqual([`${'a'.repeat(64)}.png`]);
    rmSync(join(root, 'volume'), { recursive: true });
    mkdirSync(join(root, 'volume/uploads'), { recursive: true });
    writeFileSync(join(root, 'volume/uploads/picture.png'), 'of somebody');
    await expect(restored('volume')).rejects.toThrow('is not empty (uploads');
    await expect(restored('data')).rejects.toThrow('is not empty');
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other/master.key'), master.reveal());
    await restored('other', { KEYFORGE_MASTER_KEY: '' });
    expect(readdirSync(join(root, 'other'))).toContain('log');
  });
});

it('what an interrupted restore left stops the start, and the next restore clears it away', async () => {
  await backedUp();
  await restored();
  mkdirSync(join(root, 'other/restore.tmp'));
  rmSync(join(root, 'other/log'), { recursive: true });
  await expect(open(settingsOf('other'))).rejects.toThrow('broke off');
  expect((await restored()).log.events).toBe(2);
  await (await open(settingsOf('other'))).close();
});
