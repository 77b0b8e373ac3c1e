import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MIGRATIONS } from '../../migrations/all.js';
import { examine } from '../../src/composition/doctor/doctor.js';
import type { Finding } from '../../src/composition/doctor/finding.js';
import {
  checkFileSystem,
  checkNode,
  checkSpace,
  judgeFlushes,
} from '../../src/composition/doctor/local-checks.js';
import { checkMemory } from '../../src/composition/doctor/memory-check.js';
import { judgeClock } from '../../src/composition/doctor/server-checks.js';
import { type Engines, openEngines } from '../../src/composition/engines.js';
import { loadSettings } from '../../src/platform/config/settings.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { runMigrations } from '../../src/platform/migrations/migrations.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';

const PASSWORD = 'p%40ss-word-77';
/** Of what was asked, how the finding that matters must read. */
type Expected = readonly [state: Finding['state'], check: string, text: RegExp];

let root: string;
let dataDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kf-doctor-'));
  dataDir = join(root, 'data');
});
afterEach(() => rmSync(root, { recursive: true }));

/** What the doctor finds; no secret is ever in it. */
async function found(env: Record<string, string> = {}): Promise<Finding[]> {
  const findings = await examine({ DATA_DIR: dataDir, ...env });
  expect(JSON.stringify(findings)).not.toMatch(/ss-word-77/);
  return findings;
}

function expectFinding(findings: readonly Finding[], [state, check, text]: Expected): void {
  const isIt = (one: Finding): boolean => one.state === state && one.check === check && text.test(one.text);
  if (!findings.some(isIt))
    throw new Error(`not found: ${state} ${check} ${text}\n${JSON.stringify(findings)}`);
}

const problems = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ state }) => state === 'problem');

const ID = new SystemIds().uuid();
const noted = (last: 'a' | 'b') => {
  const body = Buffer.from('{}');
  return { id: `${ID.slice(0, -1)}${last}`, type: 'Noted', data: body, metadata: body };
};

const opened = (): Promise<Engines> =>
  openEngines({
    settings: loadSettings({ DATA_DIR: dataDir }),
    ids: new SystemIds(),
    logger: createLogger({ logLevel: 'silent' }),
    onFatal: (error) => {
      throw error;
    },
  });

/** What a first start leaves. */
async function made(): Promise<void> {
  await (await opened()).close();
}

describe('the doctor', () => {
  it('finds nothing wrong before the first start, and makes nothing', async () => {
    const findings = await found();
    expect(problems(findings)).toEqual([]);
    expectFinding(findings, ['ok', 'data', /will be made/]);
    expect(readdirSync(root)).toEqual([]);
  });

  it('finds nothing wrong with a data directory, and leaves nothing in it', async () => {
    await made();
    const before = readdirSync(dataDir);
    const findings = await found();
    expect(problems(findings)).toEqual([]);
    expectFinding(findings, ['ok', 'master key', /a file in DATA_DIR/]);
    expectFinding(findings, ['ok', 'flushes', /a second/]);
    expectFinding(findings, ['ok', 'memory', /MiB/]);
    expect(readdirSync(dataDir)).toEqual(before);
  });

  it('finds a folder of somebody else', async () => {
    mkdirSync(dataDir, { mode: 0o700 });
    writeFileSync(join(dataDir, 'photo.jpg'), '');
    expectFinding(await found(), ['problem', 'data', /there are other things \(photo\.jpg\)/]);
  });

  it('finds a data directory that is a link to nowhere', async () => {
    symlinkSync(join(root, 'not mounted'), dataDir);
    expectFinding(await found(), ['problem', 'data', /a link to nowhere/]);
  });

  it('finds a file instead of a folder, and a folder instead of a file, by their paths', async () => {
    writeFileSync(dataDir, '');
    const [one, ...more] = problems(await found());
    expect([one?.text, more]).toEqual([`${dataDir} is a file`, []]);
    rmSync(dataDir);
    mkdirSync(join(dataDir, 'master.key'), { recursive: true, mode: 0o700 });
    expectFinding(await found(), ['problem', 'master key', /master\.key must be a file .*EISDIR/]);
    await expect(made()).rejects.toThrow(/master\.key must be a file/);
  });

  it('finds settings that are wrong', async () => {
    const findings = await found({
      PORT: 'many',
      NODE_ENV: 'production',
      REDIS_URL: `http://x:${PASSWORD}@y`,
    });
    expectFinding(findings, ['problem', 'settings', /^PORT must be/]);
    expectFinding(findings, ['problem', 'settings', /^REDIS_URL must be/]);
    expectFinding(findings, ['problem', 'settings', /^KEYFORGE_MASTER_KEY must be given/]);
  });

  it.each<[string, Expected, () => void]>([
    [
      'a key file for all to read',
      ['problem', 'file modes', /master\.key$/],
      () => chmodSync(join(dataDir, 'master.key'), 0o644),
    ],
    ['a directory for all to read', ['problem', 'file modes', /data\/?$/], () => chmodSync(dataDir, 0o755)],
    ['no master key', ['problem', 'master key', /there is none/], () => rmSync(join(dataDir, 'master.key'))],
    [
      'half a master key',
      ['problem', 'master key', /64 hexadecimal digits/],
      () => writeFileSync(join(dataDir, 'master.key'), 'ab'),
    ],
    ['half a restore', ['problem', 'restore', /broke off/], () => mkdirSync(join(dataDir, 'restore.tmp'))],
  ])('finds %s', async (_, expected, break_) => {
    await made();
    break_();
    expectFinding(await found(), expected);
  });

  it('finds that the master key is another one', async () => {
    await made();
    const findings = await found({ KEYFORGE_MASTER_KEY: 'ab'.repeat(32) });
    expectFinding(findings, ['problem', 'master key', /not the one/]);
  });

  it('finds nothing wrong with what a first start leaves that broke off before its log', async () => {
    await runMigrations({ directory: dataDir, migrations: MIGRATIONS, log: () => undefined });
    expect(problems(await found())).toEqual([]);
  });

  it.each([
    ['a log without its data keys', 'keys', /was written with other data keys/],
    ['data keys without their log', 'log', /is missing or empty/],
  ])('says what a start would say of %s', async (_, folder, text) => {
    await made();
    rmSync(join(dataDir, folder), { recursive: true });
    expectFinding(await found(), ['problem', 'log', text]);
    expect(existsSync(join(dataDir, folder))).toBe(false);
    await expect(made()).rejects.toThrow(text);
  });

  it('says what a start would say of a log of other data keys, and of another namespace', async () => {
    await made();
    renameSync(dataDir, join(root, 'other'));
    await made();
    expectFinding(await found({ STREAM_NAMESPACE: 'xx' }), ['ok', 'log', /empty/]);
    rmSync(join(dataDir, 'log'), { recursive: true });
    renameSync(join(root, 'other', 'log'), join(dataDir, 'log'));
    expectFinding(await found(), ['problem', 'log', /was written with other data keys/]);
  });

  it.each([
    ['log/data.mdb', 'log'],
    ['keys/keys.mdb', 'data keys'],
    ['idempotency/data.mdb', 'idempotency keys'],
  ])('says what a start would say of %s where most of it is missing', async (file, check) => {
    await made();
    truncateSync(join(dataDir, file), 4096);
    expectFinding(await found(), ['problem', check, /cannot be opened/]);
    await expect(made()).rejects.toThrow('cannot be opened');
  });

  it('survives a log that ends whoever reads it, changes nothing of it, and says so', async () => {
    await made();
    const log = join(dataDir, 'log', 'data.mdb');
    const cut = Math.ceil(statSync(log).size / 8192) * 4096;
    truncateSync(log, cut);
    const execArgv = ['-r', resolve('test/support/register.cjs')];
    const entry = pathToFileURL(resolve('src/composition/doctor/look.process.ts'));
    const findings = await examine({ ...process.env, DATA_DIR: dataDir }, { entry, execArgv });
    expectFinding(findings, ['problem', 'log', /whoever tries is ended \(SIGBUS\)/]);
    expect(statSync(log).size).toBe(cut);
    await expect(made()).rejects.toThrow('cannot be read');
  }, 30_000);

  it('says what a start would say of a log that is older than the indexes', async () => {
    await made();
    const engines = await opened();
    const append = (revision: number) =>
      engines.events.append([
        { stream: 'kf.thing-1', expectedRevision: revision, events: [noted('a'), noted('b')] },
      ]);
    const { id } = noted('b');
    await append(-1);
    await engines.indexes.write([], { position: '2', event: id });
    await engines.close();
    expectFinding(await found(), ['ok', 'log', /can be read/]);
    expectFinding(await found({ STREAM_NAMESPACE: 'xx' }), ['problem', 'log', /with STREAM_NAMESPACE=kf/]);
    const again = await opened();
    await again.indexes.write([], { position: '3', event: id });
    await again.close();
    const text = /ends at position 2, but the indexes were made from one that went on to 3/;
    expectFinding(await found(), ['problem', 'log', text]);
    await expect(made()).rejects.toThrow(text);
  });

  it('goes by the key of a rotation that was cut off', async () => {
    await made();
    const key = readFileSync(join(dataDir, 'master.key'));
    writeFileSync(join(dataDir, 'master.key.next'), key, { mode: 0o600 });
    writeFileSync(join(dataDir, 'master.key'), 'ab'.repeat(32));
    expect(problems(await found())).toEqual([]);
  });

  it('says what a start would say of a newer format', async () => {
    await made();
    writeFileSync(join(dataDir, 'format.json'), '{"product":"keyforge","format":99}');
    expectFinding(await found(), ['problem', 'format', /have format 99/]);
  });

  it('judges what it cannot make here', () => {
    expect(checkNode('18.20.0').state).toBe('problem');
    expect(checkNode('20.19.0').state).toBe('ok');
    expect(checkFileSystem(0x01021994)).toMatchObject({
      state: 'problem',
      text: expect.stringContaining('tmpfs'),
    });
    expect(checkFileSystem(0x794c7630).state).toBe('warning');
    // Of a process on servers a container loses nothing that the log has not.
    expect(checkFileSystem(0x794c7630, true).state).toBe('ok');
    expect(checkFileSystem(0x01021994, true).state).toBe('problem');
    expect(checkFileSystem(0xef53).state).toBe('ok');
    expect(
      [10, 500, 5_000].map((mebibytes) => checkSpace({ bavail: mebibytes, bsize: 1 << 20 }).state),
    ).toEqual(['problem', 'warning', 'ok']);
    expect([256, 384, 490, 8_000].map((mebibytes) => checkMemory(mebibytes * 1024 * 1024).state)).toEqual([
      ...['warning', 'warning', 'ok', 'ok'],
    ]);
    expect([20, 2_000].map((rate) => judgeFlushes(rate).state)).toEqual(['warning', 'ok']);
    expect([0, -700, 3_000, -3_000].map((ms) => judgeClock('x', ms).state)).toEqual([
      ...['ok', 'warning', 'problem', 'problem'],
    ]);
    // A time in whole seconds that looks a second old may be now.
    expect(judgeClock('x', -900, 1_000).text).toContain(' 0 ms');
  });
});

describe('the doctor of servers', () => {
  it('finds the version of EventStoreDB, and one that is too old', async () => {
    const ports = async (methods?: readonly string[]) => {
      const server = await EventStoreDbStandIn.start(methods ? { methods } : {});
      const findings = await found({ EVENTSTORE_URL: server.url });
      await server.stop();
      return findings;
    };
    expectFinding(await ports(), ['ok', 'eventstoredb', /^2\d\.\d+.* at 127\.0\.0\.1:\d+$/]);
    expectFinding(await ports(['read', 'append']), ['problem', 'eventstoredb', /too old/]);
  }, 30_000);

  it('says what to do about a user who is not let in, and a server without TLS', async () => {
    const server = await EventStoreDbStandIn.start({ user: 'shop:another' });
    const url = `esdb://shop:${PASSWORD}@127.0.0.1:${server.endPoint.port}`;
    const adviceFor = async (options: string): Promise<string | undefined> =>
      problems(await found({ EVENTSTORE_URL: `${url}${options}` })).at(-1)?.advice;
    expect(await adviceFor('?tls=false')).toMatch(/^correct the user or the password in EVENTSTORE_URL/);
    expect(await adviceFor('')).toMatch(/^the server speaks no TLS/);
    server.stop();
  }, 30_000);

  it('finds servers that are away, under their names and without a password', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const at = `user:${PASSWORD}@127.0.0.1:${port}`;
    const findings = await found({
      EVENTSTORE_URL: `esdb://${at}?tls=false`,
      MONGODB_URL: `mongodb://${at}/keyforge`,
      REDIS_URL: `redis://${at}`,
    });
    expect(problems(findings).map(({ check }) => check)).toEqual(['eventstoredb', 'mongodb', 'redis']);
    for (const { advice } of problems(findings)) expect(advice).toMatch(/_URL$/);
  }, 30_000);
});
