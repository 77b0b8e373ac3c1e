import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stands in for the product: says where it is, and that it was told to stop. */
const PROGRAM = `
  const { writeFileSync } = require('node:fs');
  process.on('SIGTERM', () => { writeFileSync('stopped', ''); process.exit(0); });
  setTimeout(() => process.exit(1), 10_000);
  writeFileSync('started', '');
`;
const PATIENCE_MS = 10_000;

let folder: string;
const isThere = (name: string): boolean => existsSync(join(folder, name));
async function appears(name: string): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE_MS; !isThere(name); await sleep(20)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-scripts-'));
  mkdirSync(join(folder, 'dist/src'), { recursive: true });
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { ...scripts, built: 'true' } }));
  for (const name of ['main.js', 'cli.js']) writeFileSync(join(folder, 'dist/src', name), PROGRAM);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// A shell in between keeps a signal for itself: the program would go on, unseen, with its port and its data directory.
it.each([['start'], ['cli'], ['demo']])(
  'a signal to stop that `npm run %s` gets reaches the program',
  async (script) => {
    const npm = spawn('npm', ['run', '--silent', script], { cwd: folder, stdio: 'ignore' });
    const ended = once(npm, 'exit');
    expect(await appears('started')).toBe(true);
    npm.kill('SIGTERM');
    await ended;
    expect(await appears('stopped')).toBe(true);
  },
  40_000,
);
