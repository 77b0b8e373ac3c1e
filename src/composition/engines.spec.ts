import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

function open(): Promise<Engines> {
  const settings = loadSettings({ DATA_DIR: dataDir });
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

it('keep read models that the log has everything of', async () => {
  await filled(1n);
  const engines = await open();
  expect(await engines.documents.readCheckpoint(MANIFEST_KEY)).toMatchObject({ position: '1' });
  expect(lines).toEqual([]);
  await engines.close();
});

it('throw read models away that are ahead of a restored log', async () => {
  await filled(1n);
  renameSync(join(dataDir, 'log'), join(dataDir, 'lost'));
  const engines = await open();
  expect(await engines.documents.readCheckpoint(MANIFEST_KEY)).toBeNull();
  expect(lines.join()).toContain('another log');
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

it.each(['documents', 'indexes'])('build %s anew whose file is none of ours', async (name) => {
  await filled(1n);
  writeFileSync(join(dataDir, name, 'data.mdb'), 'something else '.repeat(2000));
  const engines = await open();
  expect(lines.join()).toContain(name);
  expect(await engines.events.headPosition()).toBe(1n);
  await engines.close();
});
