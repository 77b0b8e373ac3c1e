import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/load/server-process.js';

const ROOT = join(__dirname, '../..');
const PASSWORD = 'the password of the admin';
const START_MS = 20_000;

let folder: string;
let server: ChildProcess | null = null;

/** Runs a file of the repository as a process of its own. */
function launch(file: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const register = join(ROOT, 'test/support/register.cjs');
  return spawn(process.execPath, ['-r', register, join(ROOT, file), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });
}

const ended = (child: ChildProcess): Promise<{ code: number | null; out: string }> => {
  let out = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (text) => {
      out += text;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })));
};

async function startServer(): Promise<string> {
  const port = String(await freePort());
  server = launch('src/main.ts', [], {
    ...{ PORT: port, HOST: '127.0.0.1', DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' },
    ...{ KEYFORGE_DEMO: '0', KEYFORGE_ADMIN_PASSWORD: PASSWORD },
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`${url}/openapi.json`).catch(() => null);
    if (answer?.ok) return url;
    if (Date.now() > deadline) throw new Error('the server did not start');
    await sleep(50);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-example-'));
});
afterAll(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('the example sells a key through the generated client, on the real server', async () => {
  const url = await startServer();
  const { code, out } = await ended(launch('docs/examples/sell-a-key.ts', [url, PASSWORD]));
  expect([code, out]).toEqual([0, expect.stringMatching(/is confirmed: 34 AZN\n.*has 66\.00 AZN left/s)]);
}, 40_000);
