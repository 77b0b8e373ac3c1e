import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const CLI = [...['-r', join(ROOT, 'test/support/register.cjs')], join(ROOT, 'src/cli.ts')];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-output-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command by a shell, which says where its output goes; `$CLI` stands for the command line. */
function shell(line: string): Promise<{ code: number | null; err: string }> {
  const env = {
    PATH: process.env.PATH,
    CLI: `${process.execPath} ${CLI.join(' ')}`,
    DATA_DIR: join(folder, 'data'),
  };
  const child: ChildProcess = spawn('bash', ['--norc', '-o', 'pipefail', '-c', line], {
    ...{ cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
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

it('no command but the ones that begin with nothing takes a data directory that is empty for the one that is meant', async () => {
  for (const command of ['backup copy', 'verify']) {
    const { code, err } = await shell(`DATA_DIR=mistyped $CLI ${command}`);
    expect([code, err]).toEqual([1, expect.stringMatching(/^there is no data in .*mistyped: set DATA_DIR /)]);
  }
});
