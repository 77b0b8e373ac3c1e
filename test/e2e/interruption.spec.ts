import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirectory } from '../../src/platform/data-directory/data-directory.js';

const ROOT = join(__dirname, '../..');
/** What npm's own copy of a Ctrl-C is told from a second one by. */
const SECOND_MS = 600;
const TEST_MS = 30_000;

let folder: string;
let directory: DataDirectory;
let child: ChildProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kf-interrupted-'));
  directory = await DataDirectory.open(join(folder, 'data'));
});
afterEach(async () => {
  child.kill('SIGKILL');
  await directory.close();
  rmSync(folder, { recursive: true });
});

/** Runs the command line against this process, which stands for a server. */
function cli(...args: string[]) {
  const program = ['-r', join(ROOT, 'test/support/register.cjs'), join(ROOT, 'src/cli.ts')];
  const env = { PATH: process.env.PATH, DATA_DIR: join(folder, 'data') };
  child = spawn(process.execPath, [...program, ...args], { cwd: folder, env });
  const text = { out: '', err: '' };
  child.stdout!.on('data', (some) => (text.out += some));
  child.stderr!.on('data', (some) => (text.err += some));
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

/** Serves an operation until it is told to end; resolves when it was asked. */
const served = (name: string, end: (signal: AbortSignal) => Promise<unknown>): Promise<void> =>
  new Promise((asked) => {
    directory.handle(name, (_params, _emit, signal) => {
      asked();
      return end(signal);
    });
  });

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

it(
  'a Ctrl-C, also one that npm hands on, waits until the server has ended what it does',
  async () => {
    let hasEnded = false;
    const asked = served('backup', async (signal) => {
      await untilAborted(signal).catch(() => sleep(100));
      hasEnded = true;
      throw signal.reason;
    });
    const ended = cli('backup', 'copy');
    await asked;
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      err: expect.stringMatching(
        /^the server ends this at its next step; .*\ninterrupted; there is no backup\n$/,
      ),
    });
    expect(hasEnded).toBe(true);
  },
  TEST_MS,
);

it(
  'a second Ctrl-C waits for nothing',
  async () => {
    const asked = served('backup', () => new Promise(() => {}));
    const ended = cli('backup', 'copy');
    await asked;
    child.kill('SIGINT');
    await sleep(SECOND_MS);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  },
  TEST_MS,
);

it(
  'says that a server goes on with a rebuild, and how to see the end of it',
  async () => {
    const asked = served('projections-rebuild', () => new Promise(() => {}));
    const ended = cli('projections', 'rebuild');
    await asked;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      err: expect.stringMatching(/^interrupted here; the server goes on .* projections list/),
    });
  },
  TEST_MS,
);

it(
  'what is not stopped halfway is waited for, and told of',
  async () => {
    const asked = served('reset-password', async () => {
      await sleep(500);
      return { login: 'admin', password: 'new one' };
    });
    const ended = cli('reset-password', 'admin');
    await asked;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('new one'),
      err: expect.stringMatching(/^this is not stopped halfway/),
    });
  },
  TEST_MS,
);
