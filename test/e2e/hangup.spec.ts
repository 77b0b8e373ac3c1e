import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(__dirname, '../..');
const SERVER = [process.execPath, '-r', join(ROOT, 'test/support/register.cjs'), join(ROOT, 'src/main.ts')];
const PATIENCE_MS = 20_000;

let folder: string;
let child: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-hangup-'));
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program that is or runs a server, and waits until that listens. */
async function start([program = '', ...args]: readonly string[]): Promise<string> {
  child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout!.on('data', (text) => {
    printed += text;
  });
  await until(() => printed.includes('curl '));
  return /http:\/\/127\.0\.0\.1:\d+/.exec(printed)![0];
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !holds(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
  }
}

it('a server without a terminal serves on where whoever started it hangs up, as under nohup', async () => {
  const url = await start(SERVER);
  child.kill('SIGHUP');
  await sleep(200);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 40_000);

it('a server whose terminal is closed stops in order', async () => {
  // `script` gives it a terminal, which ends with `script`.
  await start(['script', '-qfc', `exec ${SERVER.map((word) => `'${word}'`).join(' ')}`, '/dev/null']);
  const sockets = () => readdirSync(join(folder, 'data/lock')).filter((name) => name.endsWith('.sock'));
  expect(sockets()).toHaveLength(1);
  child.kill('SIGKILL');
  await until(() => sockets().length === 0);
}, 60_000);
