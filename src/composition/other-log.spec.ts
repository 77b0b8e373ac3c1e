import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../platform/config/settings.js';
import { SystemIds } from '../platform/kernel/ids.js';
import { createLogger } from '../platform/logging/logger.js';
import { DataFormatError } from '../platform/migrations/migrations.js';
import { MANIFEST_KEY } from '../platform/projections/read-models.js';
import { type Engines, openEngines } from './engines.js';
import { acceptLog } from './other-log.js';

const ids = new SystemIds();
const logger = createLogger({ logLevel: 'silent' });
let root: string;
let dataDir: string;
let older: string;

function open(): Promise<Engines> {
  const onFatal = (error: unknown): void => {
    throw error;
  };
  return openEngines({ settings: loadSettings({ DATA_DIR: dataDir }), ids, logger, onFatal });
}

const append = (engines: Engines, revision: number) => {
  const event = { id: ids.uuid(), type: 'Happened', data: Buffer.from('{}'), metadata: Buffer.from('{}') };
  return engines.events.append([{ stream: 'kf.thing-1', expectedRevision: revision, events: [event] }]);
};

/** As what follows the log does. */
async function follow({ events, indexes, documents, snapshots }: Engines): Promise<void> {
  const position = await events.headPosition();
  const { id: event } = (await events.eventAt(position))!;
  await indexes.write([{ index: 'some', version: 1, position, entries: new Map() }], {
    position: String(position),
    event,
  });
  const value = { position: String(position), event, collections: {}, retired: [] };
  await documents.write({ position, writes: [], checkpoint: { key: MANIFEST_KEY, value } });
  snapshots.save('kf.thing-1', 1, { revision: Number(position) - 1, event, lastAtMs: 1, state: {} });
}

const request = { fingerprint: 'f', attemptId: 'a', begunAtMs: 1, after: '1', upTo: null, answer: 'sealed' };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'keyforge-logs-'));
  dataDir = join(root, 'data');
  older = join(root, 'older');
  const engines = await open();
  await append(engines, -1);
  await follow(engines);
  await engines.close();
  cpSync(join(dataDir, 'log'), older, { recursive: true });
  const later = await open();
  await append(later, 0);
  await follow(later);
  await later.idempotency.claim('key', request);
  await later.close();
});
afterEach(() => rmSync(root, { recursive: true }));

const settings = (more: { eventStoreUrl?: string } = {}) => ({ dataDir, eventStoreUrl: null, ...more });
const remove = (...names: string[]) => {
  for (const name of names) rmSync(join(dataDir, name), { recursive: true });
};
function putOlderBack(): void {
  remove('log');
  cpSync(older, join(dataDir, 'log'), { recursive: true });
}

it.each([
  ['indexes', [], 'the indexes'],
  ['read models', ['indexes'], 'the read models'],
])(
  'a log that is older than the %s beside it is refused, and nothing is thrown away',
  async (_, gone, what) => {
    putOlderBack();
    remove(...gone);
    for (let start = 0; start < 2; start += 1) {
      const opening = open();
      await expect(opening).rejects.toThrow(DataFormatError);
      await expect(opening).rejects.toThrow(
        `ends at position 1, but ${what} were made from one that went on to 2`,
      );
    }
  },
);

it('the newer log is taken again when it was put back', async () => {
  const newer = join(root, 'newer');
  cpSync(join(dataDir, 'log'), newer, { recursive: true });
  putOlderBack();
  await expect(open()).rejects.toThrow('accept-log');
  remove('log');
  cpSync(newer, join(dataDir, 'log'), { recursive: true });
  const engines = await open();
  expect(engines.indexes.checkpoint('some', 1)).toBe(2n);
  await engines.close();
});

it('an older log that was accepted is followed from its beginning, and so is what it sells', async () => {
  putOlderBack();
  expect(await acceptLog(settings())).toEqual({ position: '1', known: '2' });
  const engines = await open();
  expect(engines.indexes.mark()).toBeNull();
  expect(await engines.documents.readCheckpoint(MANIFEST_KEY)).toBeNull();
  expect(await engines.snapshots.load('kf.thing-1', 1)).toBeNull();
  // The answer tells of something that this log lacks.
  expect(await engines.idempotency.claim('key', request)).toEqual({ ...request, answer: null });
  await append(engines, 0);
  await follow(engines);
  await engines.close();
  await (await open()).close();
  await expect(acceptLog(settings())).rejects.toThrow('there is nothing to accept');
});

it('a log that went on otherwise from an older one is refused, by the event that is another', async () => {
  const newer = join(root, 'newer');
  cpSync(join(dataDir, 'log'), newer, { recursive: true });
  putOlderBack();
  await acceptLog(settings());
  const engines = await open();
  await append(engines, 0);
  await follow(engines);
  await engines.close();
  remove('log');
  cpSync(newer, join(dataDir, 'log'), { recursive: true });
  await expect(open()).rejects.toThrow('has another event at position 2 than the one that the indexes');
});

it('what follows from the log may be removed, and with all of it gone nothing tells that the log is older', async () => {
  remove('indexes', 'documents', 'snapshots');
  await (await open()).close();
  putOlderBack();
  await (await open()).close();
});

it('there is nothing to accept where the log is kept elsewhere, or is not there', async () => {
  await expect(acceptLog(settings({ eventStoreUrl: 'esdb://elsewhere' }))).rejects.toThrow(
    'there is no log in',
  );
  remove('log');
  await expect(acceptLog(settings())).rejects.toThrow('there is no log in');
});
