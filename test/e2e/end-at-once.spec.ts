import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
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

it('it ends also as the first process of a container, which its own signals do not end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-fatal-'));
  // Where the system makes no such process, the child is one as any other.
  const asFirst = ['--pid', '--fork', '--kill-child'];
  const canBeFirst = spawnSync('unshare', [...asFirst, 'true']).status === 0;
  try {
    const node = [
      process.execPath,
      '-r',
      join(SUPPORT, 'register.cjs'),
      join(SUPPORT, 'fatal-child.ts'),
      directory,
    ];
    const [command, ...args] = canBeFirst ? ['unshare', ...asFirst, ...node] : node;
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
