import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDbStandIn } from '../../test/support/eventstoredb/stand-in.js';
import { IMPATIENT, type Timeouts } from '../../test/support/eventstoredb/timeouts.js';
import { loadSettings } from '../platform/config/settings.js';
import type { NewEvent } from '../platform/event-store/event-store.js';
import { SystemIds } from '../platform/kernel/ids.js';
import { createLogger } from '../platform/logging/logger.js';
import { MANIFEST_KEY } from '../platform/projections/read-models.js';
import { MasterKey } from '../platform/security/master-key.js';
import { type Engines, openEngines } from './engines.js';

const ids = new SystemIds();
let dataDir: string;
let server: EventStoreDbStandIn;
let lines: string[];
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'keyforge-engines-'));
  server = await EventStoreDbStandIn.start();
  lines = [];
});
afterEach(() => {
  server.stop();
  rmSync(dataDir, { recursive: true });
});

function open(env: Record<string, string> = {}, eventStoreTimeouts?: Timeouts): Promise<Engines> {
  const settings = loadSettings({ DATA_DIR: dataDir, EVENTSTORE_URL: server.url, ...env });
  const logger = createLogger({ logLevel: 'warn' }, { write: (line) => lines.push(line) });
  const onFatal = (error: unknown): void => {
    throw error;
  };
  return openEngines({ settings, ids, logger, onFatal, patienceMs: 200, eventStoreTimeouts });
}

const event = (): NewEvent => ({
  id: ids.uuid(),
  type: 'Happened',
  data: Buffer.from('{}'),
  metadata: Buffer.from('{}'),
});

/** Appends an event, and documents and an index that reflect it. */
async function fill(): Promise<void> {
  const engines = await open();
  const made = event();
  const appended = await engines.events.append([
    { stream: 'kf.thing-1', expectedRevision: -1, events: [made] },
  ]);
  if (appended.outcome !== 'appended') throw new Error('it was refused');
  const { position } = appended;
  const mark = { position: String(position), event: made.id };
  const value = { ...mark, collections: {}, retired: [] };
  await engines.documents.write({ position, writes: [], checkpoint: { key: MANIFEST_KEY, value } });
  await engines.indexes.write([{ index: 'some', version: 1, position, entries: new Map() }], mark);
  await engines.close();
}

it('a server that is away is waited for, and then named by its variable', async () => {
  server.stop();
  await expect(open({}, IMPATIENT)).rejects.toThrow(/^EVENTSTORE_URL: cannot be reached for 0 s/);
}, 15_000);

it.each([
  ['ahead of', 5_000],
  ['behind', -5_000],
])('a server whose clock is far %s this one is refused', async (side, aheadMs) => {
  server.clockAheadMs = aheadMs;
  await expect(open()).rejects.toThrow(
    new RegExp(`^EVENTSTORE_URL: the server's clock is [\\d.]+ s ${side} this`),
  );
});

it('a server that goes away later is named by its variable', async () => {
  const engines = await open({}, IMPATIENT);
  server.stop();
  const read = engines.events.readAll(0n);
  for (const giveUpAt = Date.now() + 10_000; lines.length === 0 && Date.now() < giveUpAt; ) await sleep(20);
  await expect(read).rejects.toThrow('EventStoreDB');
  await engines.close();
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'warn', variable: 'EVENTSTORE_URL' });
});

it('a server that goes away under many readers is told seldom', async () => {
  const engines = await open({}, IMPATIENT);
  server.stop();
  await Promise.allSettled(Array.from({ length: 20 }, () => engines.events.readAll(0n)));
  await engines.close();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(2);
}, 30_000);

it('what was made from the log on the server is kept', async () => {
  await fill();
  const engines = await open();
  expect(await engines.documents.readCheckpoint(MANIFEST_KEY)).toMatchObject({ collections: {} });
  expect(engines.indexes.checkpoint('some', 1)).not.toBeNull();
  expect(lines).toEqual([]);
  await engines.close();
});

describe('a log that several processes use', () => {
  const others: string[] = [];
  const withKeys = (of: string, namespace = 'kf'): Promise<Engines> =>
    open({ DATA_DIR: of, STREAM_NAMESPACE: namespace });
  const another = (): string => {
    others.push(mkdtempSync(join(tmpdir(), 'keyforge-engines-')));
    return others.at(-1)!;
  };
  afterEach(() => {
    for (const one of others.splice(0)) rmSync(one, { recursive: true });
  });

  it('is refused to one that has other data keys, by name, and is nothing of the log itself', async () => {
    const first = await withKeys(dataDir);
    expect(await first.events.headPosition()).toBe(0n);
    await expect(withKeys(another())).rejects.toThrow(
      /^EVENTSTORE_URL: the log was written with other data keys/,
    );
    expect(await first.events.readAll(0n)).toEqual([]);
    await first.close();
    await (await withKeys(dataDir)).close();
    await (await withKeys(another(), 'other')).close();
  });

  it('goes to one of those that begin it at once with other data keys', async () => {
    const outcomes = await Promise.allSettled([dataDir, another(), another()].map((one) => withKeys(one)));
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(opened).toHaveLength(1);
    await opened[0]!.close();
  });

  it('is still that of its keys when the master key was changed', async () => {
    const first = await withKeys(dataDir);
    const next = MasterKey.generate();
    await first.keys.rewrap(next);
    await first.close();
    await (await open({ KEYFORGE_MASTER_KEY: next.reveal() })).close();
  });
});

it('what was made from another log is made anew, however long that one was', async () => {
  await fill();
  server.stop();
  server = await EventStoreDbStandIn.start();
  const other = await open();
  for (let revision = -1; revision < 9; revision += 1) {
    await other.events.append([{ stream: 'kf.other-1', expectedRevision: revision, events: [event()] }]);
  }
  expect(await other.documents.readCheckpoint(MANIFEST_KEY)).toBeNull();
  expect(other.indexes.checkpoint('some', 1)).toBeNull();
  expect(lines.join()).toContain('another log');
  await other.close();
});

it.each([
  'WRONGPASS invalid username-password pair or user is disabled.',
  'ERR unknown command `AUTH`, with args beginning with: `jobs`, `s3cret-word`, ',
])(
  'a Redis that lets nobody in is named by its setting, and its password by nothing: %s',
  async (refusal) => {
    const redis = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (sent) => {
        for (const _ of String(sent).matchAll(/^\*\d+\r$/gm)) socket.write(`-${refusal}\r\n`);
      });
    }).listen(0, '127.0.0.1');
    await once(redis, 'listening');
    const { port } = redis.address() as AddressInfo;
    const engines = await open({ REDIS_URL: `redis://jobs:s3cret-word@127.0.0.1:${port}` });
    for (const giveUpAt = Date.now() + 10_000; lines.length === 0 && Date.now() < giveUpAt; ) await sleep(20);
    await engines.close();
    redis.close();
    expect(lines.join()).not.toContain('s3cret-word');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      variable: 'REDIS_URL',
      reason: refusal.split(', with')[0],
    });
  },
);
