import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadSettings } from '../platform/config/settings.js';
import type { NewEvent } from '../platform/event-store/event-store.js';
import { SystemIds } from '../platform/kernel/ids.js';
import { createLogger } from '../platform/logging/logger.js';
import { MANIFEST_KEY } from '../platform/projections/read-models.js';
import { type Engines, openEngines } from './engines.js';

const ids = new SystemIds();
let dataDir: string;
let lines: string[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keyforge-engines-'));
  lines = [];
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function open(more: Readonly<Record<string, string>> = {}): Promise<Engines> {
  const settings = loadSettings({ DATA_DIR: dataDir, ...more });
  const logger = createLogger({ logLevel: 'warn' }, { write: (line) => lines.push(line) });
  const onFatal = (error: unknown): void => {
    throw error;
  };
  return openEngines({ settings, ids, logger, onFatal });
}

const event = (): NewEvent => ({
  id: ids.uuid(),
  type: 'Happened',
  data: Buffer.from('{}'),
  metadata: Buffer.from('{}'),
});

/** A log of one event, and documents that reflect up to `position`. */
async function filled(position: bigint): Promise<void> {
  const engines = await open();
  await engines.events.append([{ stream: 'kf.thing-1', expectedRevision: -1, events: [event()] }]);
  const value = { position: String(position), collections: {}, retired: [] };
  await engines.documents.write({ position, writes: [], checkpoint: { key: MANIFEST_KEY, value } });
  await engines.close();
}

it('refuse a log that was written under another namespace, and leave it as it is', async () => {
  await filled(1n);
  await expect(open({ STREAM_NAMESPACE: 'xx' })).rejects.toThrow('written with STREAM_NAMESPACE=kf');
  await (await open()).close();
});

it('keep read models that the log has everything of', async () => {
  await filled(1n);
  const engines = await open();
  expect(await engines.documents.readCheckpoint(MANIFEST_KEY)).toMatchObject({ position: '1' });
  expect(lines).toEqual([]);
  await engines.close();
});

it('throw read models away that were in use when the machine stopped', async () => {
  await filled(1n);
  writeFileSync(join(dataDir, 'documents', 'unflushed'), 'another boot');
  const engines = await open();
  expect(await engines.documents.readCheckpoint(MANIFEST_KEY)).toBeNull();
  expect(lines.join()).toContain('the machine stopped');
  await engines.close();
});

const noneOfOurs = (file: string): void => writeFileSync(file, 'something else '.repeat(2000));
/** Its last page: lmdb would end the process when it is read. */
const cutShort = (file: string): void => truncateSync(file, statSync(file).size - 4096);

describe.each([
  ['is none of ours', noneOfOurs],
  ['lost its end', cutShort],
])('where a file %s', (_, damage) => {
  it.each(['documents', 'indexes', 'jobs'])('build %s anew', async (name) => {
    await filled(1n);
    damage(join(dataDir, name, 'data.mdb'));
    const engines = await open();
    expect(lines.join()).toContain(name);
    expect(await engines.events.headPosition()).toBe(1n);
    await engines.close();
  });
});

const ONLY_COPIES = ['log/data.mdb', 'keys/keys.mdb', 'idempotency/data.mdb'];

it.each(ONLY_COPIES)('refuse %s where it is none of ours, or lost most of it', async (file) => {
  await filled(1n);
  const path = join(dataDir, file);
  truncateSync(path, 4096);
  await expect(open()).rejects.toThrow(join(dataDir, dirname(file)));
  noneOfOurs(path);
  await expect(open()).rejects.toThrow(join(dataDir, dirname(file)));
});

/** LMDB need not have written the last pages: it took and gave them back. */
it('take a log without its end where nothing was in it, and else end with an error, not by a signal', async () => {
  await filled(1n);
  const path = join(dataDir, 'log/data.mdb');
  const whole = readFileSync(path);
  const outcomes = new Set<string>();
  for (let pages = 1; pages * 2 < whole.length / 4096; pages += 1) {
    writeFileSync(path, whole.subarray(0, whole.length - pages * 4096));
    const engines = await open().catch((error: Error) => error);
    if (engines instanceof Error) {
      expect(engines.message).toContain(join(dataDir, 'log'));
      outcomes.add('refused');
      continue;
    }
    const { problems } = await engines.verifyLog(() => undefined);
    expect([await engines.events.headPosition(), problems]).toEqual([1n, []]);
    outcomes.add('sound');
    await engines.close();
  }
  expect([...outcomes].sort()).toEqual(['refused', 'sound']);
});

describe('where a folder is gone, or empty since its volume is not there', () => {
  it('refuse a log whose data keys are lost, and take it with those that were put back', async () => {
    await filled(1n);
    renameSync(join(dataDir, 'keys'), join(dataDir, 'lost'));
    await expect(open()).rejects.toThrow('was written with other data keys');
    await expect(open()).rejects.toThrow('was written with other data keys');
    rmSync(join(dataDir, 'keys'), { recursive: true });
    renameSync(join(dataDir, 'lost'), join(dataDir, 'keys'));
    await (await open()).close();
  });

  it('refuse data keys whose log is lost, and take them with the one that was put back', async () => {
    await filled(1n);
    renameSync(join(dataDir, 'log'), join(dataDir, 'lost'));
    await expect(open()).rejects.toThrow('is missing or empty');
    await expect(open()).rejects.toThrow('is missing or empty');
    rmSync(join(dataDir, 'log'), { recursive: true });
    renameSync(join(dataDir, 'lost'), join(dataDir, 'log'));
    await (await open()).close();
  });

  it('make no master key for data that has one', async () => {
    await filled(1n);
    rmSync(join(dataDir, 'master.key'));
    await expect(open()).rejects.toThrow('master.key is missing');
    expect(existsSync(join(dataDir, 'master.key'))).toBe(false);
  });
});
