import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PASSWORD = 'correct horse battery staple';
const START_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'kf-idempotency-'));
let child: ChildProcess | null = null;

afterAll(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a server on the folder. @returns where its REST API is */
async function start(): Promise<string> {
  const started = spawn(
    process.execPath,
    ['-r', join(ROOT, 'test/support/register.cjs'), join(ROOT, 'src/main.ts')],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        DATA_DIR: join(folder, 'data'),
        PORT: '0',
        LOG_LEVEL: 'warn',
        KEYFORGE_DEMO: '0',
        KEYFORGE_ADMIN_PASSWORD: PASSWORD,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  child = started;
  let printed = '';
  started.stdout.on('data', (text) => {
    printed += text;
  });
  const deadline = Date.now() + START_MS;
  for (;;) {
    const url = /listening on (http:\S+)/.exec(printed)?.[1];
    if (url) return `${url}/api`;
    if (Date.now() > deadline || started.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function kill(): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function post(url: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { status } = answer;
  return { status, replayed: answer.headers.get('idempotent-replayed'), body: await answer.json() };
}

async function create(api: string, name: string, key: string) {
  const { body } = await post(`${api}/auth/login`, { login: 'admin', password: PASSWORD });
  const authorization = `Bearer ${(body as { data: { accessToken: string } }).data.accessToken}`;
  return post(`${api}/suppliers`, { name }, { authorization, 'idempotency-key': key });
}

it('an answer that was given is given again after kill -9, and nothing is made twice', async () => {
  const first = await create(await start(), 'Once', 'key-1');
  await kill();
  expect(first).toMatchObject({ status: 201, replayed: null });
  const api = await start();
  const again = await create(api, 'Once', 'key-1');
  expect(again).toEqual({ ...first, replayed: 'true' });
  expect((await create(api, 'Twice', 'key-1')).status).toBe(409);
}, 60_000);
