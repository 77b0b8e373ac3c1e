import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Shop } from '../../../test/apis/terminal-v1/shop.js';
import { putForeignPages } from '../../../test/support/foreign-pages.js';
import { loadSettings } from '../../platform/config/settings.js';
import type { LogEnvironment } from '../../platform/event-store/embedded/log-environment.js';
import { NO_STREAM } from '../../platform/event-store/event-store.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { operationsOn } from './operations.js';

const PROCESS = resolve('test/support/verify-process.cjs');
const SALES = 20;
/** Of them lies hardly more than one on a page. */
const NOTES = 40;
const NOTE_BYTES = 1_500;
/** Processes compile their code first. */
const TEST_MS = 60_000;

let directory: string;
let shop: Shop;
/** The position of a note. */
let between: bigint;
let buy: (order: string) => Promise<unknown>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keyforge-verify-'));
  const onFiles = { DATA_DIR: directory, EVENTSTORE_URL: '', MONGODB_URL: '' };
  shop = await Shop.open({ settings: onFiles });
  const packageId = String((await shop.stocked(3 * SALES)).publicId);
  const terminal = await shop.terminal();
  buy = (order) => terminal.call(6, { package: packageId, order });
  const { events } = shop.app.engines;
  for (let note = 0; note < NOTES; note += 1) {
    const data = Buffer.from(JSON.stringify('x'.repeat(NOTE_BYTES)));
    const event = { id: new SystemIds().uuid(), type: 'Noted', data, metadata: Buffer.from('{}') };
    await events.append([{ stream: `others.note-${note}`, expectedRevision: NO_STREAM, events: [event] }]);
  }
  between = (await events.headPosition()) - BigInt(NOTES / 2);
  for (let order = 0; order < SALES; order += 1) await buy(`before-${order}`);
}, TEST_MS);
afterEach(async () => {
  await shop.app.close();
  rmSync(directory, { recursive: true });
});

const verify = (signal = new AbortController().signal, emit = (): void => {}) =>
  operationsOn(shop.app, loadSettings({ DATA_DIR: directory }), pathToFileURL(PROCESS)).verify(
    {},
    emit,
    signal,
  );

/** The processes that LMDB keeps old pages of the log for. */
function readers(): string[] {
  const { environment } = shop.app.engines.events as unknown as { environment: LogEnvironment };
  const [, ...lines] = environment.root.readerList().trim().split('\n');
  return [...new Set(lines.map((line) => line.trim().split(/\s+/)[0]!))];
}

it(
  'a server whose log has a page of another sells on while verify names the damage',
  async () => {
    const selling = (async () => {
      for (let order = 0; order < SALES; order += 1)
        expect(await buy(`beside-${order}`)).toMatchObject({ code: '0' });
    })();
    const sound = await verify();
    await selling;
    expect(sound.problems).toEqual([]);
    expect(sound.events).toBeGreaterThan(SALES);

    expect(putForeignPages(join(directory, 'log', 'data.mdb'), between - 3n, between)).toBeGreaterThan(0);
    const { problems } = await verify();
    expect(problems).toMatchObject([{ problem: expect.stringContaining('LMDB ended with SIGABRT') }]);
    expect(BigInt(problems[0]!.position)).toBeGreaterThan(between - BigInt(NOTES / 2));
    expect(BigInt(problems[0]!.position)).toBeLessThan(between);
    expect(await buy('afterwards')).toMatchObject({ code: '0' });
    expect(readers()).toEqual([String(process.pid)]);
  },
  TEST_MS,
);

it(
  'verify ends when nobody waits for it any more, and LMDB keeps no pages for it',
  async () => {
    const left = new AbortController();
    await expect(verify(left.signal, () => left.abort())).rejects.toThrow('aborted');
    expect(readers()).toEqual([String(process.pid)]);
  },
  TEST_MS,
);

it(
  'one verify at a time looks at the log of a server',
  async () => {
    const operations = operationsOn(shop.app, loadSettings({ DATA_DIR: directory }), pathToFileURL(PROCESS));
    const look = () => operations.verify({}, () => {}, new AbortController().signal);
    const first = look();
    await expect(look()).rejects.toThrow('the log is being verified already');
    expect((await first).problems).toEqual([]);
    expect((await look()).problems).toEqual([]);
  },
  TEST_MS,
);

it(
  'the process that looks ends with the one that asked it to',
  async () => {
    const child = fork(PROCESS, [join(directory, 'log'), 'in-use', '1'], { execArgv: [] });
    const ended = once(child, 'exit');
    await once(child, 'message');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  },
  TEST_MS,
);
