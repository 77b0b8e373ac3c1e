import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoredLog } from '../support/stored-log.js';

const SUPPORT = join(__dirname, '../support');
const PATIENCE_MS = 10_000;

it('a process whose stores fail says so and ends, with appends under way, and leaves a sound log', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-fatal-'));
  try {
    const args = ['-r', join(SUPPORT, 'register.cjs'), join(SUPPORT, 'fatal-child.ts'), directory];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const patience = setTimeout(() => child.kill('SIGTERM'), PATIENCE_MS);
    const [, signal] = await once(child, 'close');
    clearTimeout(patience);
    expect(signal).toBe('SIGKILL');
    expect(said).toContain('the stores failed: stopping, nothing more is accepted');
    expect(said).toContain('the disk is gone');

    const log = openStoredLog(directory);
    const { problems, events } = await log.verify();
    expect(problems).toEqual([]);
    expect(events).toBeGreaterThan(0);
    await log.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 20_000);

it('it ends also where there is no room for what it says', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-fatal-'));
  try {
    const args = ['-r', join(SUPPORT, 'register.cjs'), join(SUPPORT, 'fatal-child.ts'), directory];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', openSync('/dev/full', 'w')] });
    const patience = setTimeout(() => child.kill('SIGTERM'), PATIENCE_MS);
    const [, signal] = await once(child, 'close');
    clearTimeout(patience);
    expect(signal).toBe('SIGKILL');
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 20_000);

/** `command` as the first process of a container; where the system makes no such process, as any other. */
function asFirst(command: readonly string[]): readonly string[] {
  const unshare = ['unshare', '--pid', '--fork', '--kill-child'];
  return spawnSync(unshare[0]!, [...unshare.slice(1), 'true']).status === 0
    ? [...unshare, ...command]
    : command;
}

it('a first process that still waits for its servers ends at the first signal', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-fatal-'));
  const main = [process.execPath, '-r', join(SUPPORT, 'register.cjs'), join(__dirname, '../../src/main.ts')];
  const [command, ...args] = asFirst(main);
  // Nobody answers there.
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: directory,
    PORT: '0',
    MONGODB_URL: 'mongodb://127.0.0.1:9/none',
  };
  const child = spawn(command!, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
    process.kill(command === 'unshare' ? Number(children) : child.pid!, 'SIGTERM');
    const asked = performance.now();
    await ended;
    expect(performance.now() - asked).toBeLessThan(5000);
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  }
}, 30_000);

it('it ends also as the first process of a container, which its own signals do not end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-fatal-'));
  try {
    const node = [
      process.execPath,
      '-r',
      join(SUPPORT, 'register.cjs'),
      join(SUPPORT, 'fatal-child.ts'),
      directory,
    ];
    const [command, ...args] = asFirst(node);
    const child = spawn(command!, args, { stdio: 'ignore' });
    let isLate = false;
    const patience = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, PATIENCE_MS);
    await once(child, 'close');
    clearTimeout(patience);
    expect(isLate).toBe(false);
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 20_000);
