import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(__dirname, '../..');
const NODE = `${process.execPath} -r ${join(ROOT, 'test/support/register.cjs')}`;
const shells: ChildProcess[] = [];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-output-'));
});
afterAll(() => {
  for (const child of shells) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command by a shell, which says where its output goes; `$CLI` stands for the command line. */
function shell(line: string): Promise<{ code: number | null; err: string }> {
  const env = {
    PATH: process.env.PATH,
    CLI: `${NODE} ${join(ROOT, 'src/cli.ts')}`,
    SERVER: `${NODE} ${join(ROOT, 'src/main.ts')}`,
    DATA_DIR: join(folder, 'data'),
  };
  const child: ChildProcess = spawn('bash', ['--norc', '-o', 'pipefail', '-c', line], {
    ...{ cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  shells.push(child);
  let err = '';
  child.stderr!.on('data', (text) => {
    err += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })));
}

it('a reader that has gone ends no command with a stack trace', async () => {
  expect(await shell('(sleep 1; $CLI help) | true')).toEqual({ code: 1, err: '' });
});

it('what cannot be printed is told by exit code and reason', async () => {
  const { code, err } = await shell('$CLI keygen > /dev/full');
  expect(code).toBe(1);
  expect(err).toMatch(/^the output was lost: ENOSPC[^\n]*\n$/);
});

it('what cannot be told of the progress ends nothing', async () => {
  expect(await shell('$CLI migrate 2> /dev/full')).toEqual({ code: 0, err: '' });
  expect((await shell('$CLI verify 2> /dev/full')).code).toBe(1);
});

it('no command but the ones that begin with nothing takes a folder without data for the one that is meant', async () => {
  for (const folder of ['mistyped', 'parent']) {
    for (const command of ['backup copy', 'projections list', 'verify']) {
      const { code, err } = await shell(`mkdir -p parent/data; DATA_DIR=${folder} $CLI ${command}`);
      expect([code, err]).toEqual([1, expect.stringMatching(/^there is no data in .*: set DATA_DIR /)]);
    }
  }
  expect((await shell('ls parent 1>&2')).err).toBe('data\n');
});

it('nothing is restored where servers would be used instead of it', async () => {
  for (const server of ['EVENTSTORE_URL=esdb://127.0.0.1:1', 'MONGODB_URL=mongodb://127.0.0.1:1/kf']) {
    const { code, err } = await shell(`DATA_DIR=restored ${server} $CLI restore copy`);
    expect([code, err]).toEqual([1, expect.stringContaining('restore those servers')]);
  }
});

it('a server serves and stops where nobody takes its log', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const server = shell(`PORT=${port} exec $SERVER > /dev/full`);
  const livez = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await livez())) await sleep(50);
  await sleep(300);
  expect(await livez()).toBe(true);
  shells.at(-1)!.kill('SIGTERM');
  expect(await server).toEqual({ code: 0, err: '' });
}, 60_000);
