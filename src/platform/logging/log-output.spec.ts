import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogOutput } from './log-output.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

it('lines are written in order, also those that are left at the end', async () => {
  const path = join(folder, 'log');
  const output = new LogOutput({ fd: openSync(path, 'w') });
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ü\n`);
  for (const line of lines.slice(0, 15_000)) output.write(line);
  await until(() => readFileSync(path, 'utf8') === lines.slice(0, 15_000).join(''));
  await sleep(5);
  for (const line of lines.slice(15_000)) output.write(line);
  output.flushSync();
  await sleep(20);
  const written = readFileSync(path, 'utf8').split('\n');
  expect(written.sort()).toEqual([...lines.map((line) => line.trim()), ''].sort());
});

it('what a full disk does not take ends nothing, and the end does not wait for it', async () => {
  const output = new LogOutput({ fd: openSync('/dev/full', 'w'), retryMs: 1 });
  output.write('a line\n');
  await sleep(20);
  output.write('another\n');
  output.flushSync();
});

it('what was not taken is written once there is room, and what was lost is counted', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const full = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const lost: number[] = [];
  const output = new LogOutput({
    fd: full,
    retryMs: 1,
    maxWaitingBytes: 200_000,
    onLost: (lines) => lost.push(lines),
  });
  const line = `${'x'.repeat(999)}\n`;
  for (let count = 0; count < 400; count += 1) output.write(line);
  await sleep(20);
  const buffer = Buffer.alloc(1 << 20);
  let read = 0;
  const drain = (): boolean => {
    try {
      read += readSync(reader, buffer);
    } catch {
      // Empty at the moment.
    }
    return read / line.length + lost.reduce((sum, lines) => sum + lines, 0) === 400;
  };
  await until(drain);
  expect(lost.length).toBeGreaterThan(0);
  closeSync(reader);
  output.write(line);
  await sleep(20);
  output.write(line);
});
