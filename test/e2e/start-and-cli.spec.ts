import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const RUN_TYPESCRIPT = ['-r', join(ROOT, 'test/support/register.cjs')];
const START_MS = 20_000;

let folder: string;
let dataDir: string;
const children: ChildProcess[] = [];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs an entry of the product as a process of its own. */
function launch(entry: string, args: readonly string[] = [], port = 0) {
  const child = spawn(process.execPath, [...RUN_TYPESCRIPT, join(ROOT, entry), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' },
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended, output: () => out };
}

const cli = (...args: string[]): Promise<Ended> => launch('src/cli.ts', args).ended;

/** A server that listens, and what it printed. */
async function startServer() {
  const server = launch('src/main.ts');
  const deadline = Date.now() + START_MS;
  while (!server.output().includes('curl ')) {
    const early = await Promise.race([server.ended, new Promise<null>((next) => setTimeout(next, 20, null))]);
    if (early || Date.now() > deadline) throw new Error(`the server did not start: ${early?.err}`);
  }
  return { ...server, banner: server.output() };
}

/** Buys with the banner's password. */
async function buy(banner: string, order: string): Promise<{ code: string; data?: { keyText: string } }> {
  const [url] = /http:\/\/127\.0\.0\.1:\d+\/api\/v1\/partners\/service/.exec(banner) ?? [];
  const [, settings] = /settings=(\{[^}]*\})/.exec(banner) ?? [];
  const query = new URLSearchParams({
    action: '6',
    settings: settings!,
    data: JSON.stringify({ package: '1', order }),
  });
  const answer = await fetch(`${url}?${query}`);
  return (await answer.json()) as { code: string };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-e2e-'));
  dataDir = join(folder, 'data');
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('a start on a port that is taken makes nothing, so that the next one shows the password of the admin', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const refused = await launch('src/main.ts', [], port).ended;
  expect(refused).toEqual({
    code: 69,
    out: '',
    err: `PORT ${port} is taken: another process listens on it at 127.0.0.1\n`,
  });
  other.close();
});

it('starts, is used over its socket, survives kill -9, and is checked and managed while it is down', async () => {
  const server = await startServer();
  const [, adminPassword] = /^ +password +(\S+)/m.exec(server.banner)!;
  const first = await buy(server.banner, 'order-1');
  expect(first.code).toBe('0');

  // Two processes at once on one directory: the second server is refused, the command line goes through the first.
  const file = join(folder, 'keys.csv');
  writeFileSync(file, 'key_text\nAAAA-BBBB-0001\nAAAA-BBBB-0002\nAAAA-BBBB-0002\n');
  const [second, examined, verified, endless, imported] = await Promise.all([
    launch('src/main.ts').ended,
    cli('doctor'),
    cli('verify'),
    cli('import', 'keys', '/dev/zero', '--package', '1'),
    cli('import', 'keys', 'keys.csv', '--package', '1'),
  ]);
  expect(second).toMatchObject({ code: 69, out: '' });
  expect(second.err).toContain('is in use by a running server');
  expect(examined).toMatchObject({ code: 0, err: '' });
  expect(examined.out).toMatch(/^ok +data +.*, in use by a running server$/m);
  expect(examined.out).toMatch(/^ok +master key +/m);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.out).toMatch(/^\d+ events in \d+ streams: sound\n$/);
  expect(endless).toMatchObject({ code: 1, err: expect.stringContaining('is not a regular file') });
  expect(imported.out).toContain('3 rows: 2 added, 1 duplicates, 0 invalid.');
  expect(readFileSync(`${file}.errors.csv`, 'utf8')).toMatch(/^line,reason,import\n4,duplicate,[\w-]+\n$/);

  server.child.kill('SIGKILL');
  await server.ended;
  const reset = await cli('reset-password', 'admin');
  expect(reset.out).toMatch(/password +\S{20}/);
  expect(reset.out).not.toContain(adminPassword);

  const again = await startServer();
  expect(again.banner).not.toContain('login          admin');
  expect(await buy(again.banner, 'order-1')).toEqual(first);
  expect((await buy(again.banner, 'order-2')).data?.keyText).not.toBe(first.data?.keyText);
  again.child.kill('SIGTERM');
  expect((await again.ended).code).toBe(0);
}, 120_000);

it('a damaged log is named by verify, and no server starts on it', async () => {
  const log = join(dataDir, 'log', 'data.mdb');
  const bytes = readFileSync(log);
  // Every copy: pages that are not in use any more hold some.
  for (let at = bytes.indexOf('OrderClaimed'); at >= 0; at = bytes.indexOf('OrderClaimed', at))
    bytes[at]! ^= 1;
  writeFileSync(log, bytes);
  const [verified, started] = [await cli('verify'), await launch('src/main.ts').ended];
  expect(verified.code).toBe(1);
  expect(verified.out).toMatch(/position \d+, stream kf\.order-\S+: /);
  expect(verified.out).toContain('DAMAGED');
  expect(started.code).toBe(70);
  expect(started.err).toContain('cli -- verify');
}, 30_000);
