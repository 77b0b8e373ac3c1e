import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve('src/cli/build.mjs');
/** Stands in for the compiler: counts, and then does what the test wants. */
const TSC = '#!/bin/sh\nmkdir -p dist/src; echo >> builds; eval "$WHILE_BUILDING"; echo > dist/src/main.js\n';

let folder: string;
const write = (path: string, text = ''): void => writeFileSync(join(folder, path), text);
const builds = (): number => readFileSync(join(folder, 'builds'), 'utf8').length;
function run(args: readonly string[], whileBuilding = '') {
  const PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
  const env = { PATH, WHILE_BUILDING: whileBuilding };
  return spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, env, encoding: 'utf8' });
}
function build(args: readonly string[] = ['if-needed'], whileBuilding = ''): number | null {
  return run(args, whileBuilding).status;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-build-'));
  for (const path of ['src/below', 'bin']) mkdirSync(join(folder, path), { recursive: true });
  write('bin/tsc', TSC);
  chmodSync(join(folder, 'bin/tsc'), 0o755);
  write('tsconfig.json', '{"include":["src","docs"]}');
  write('package.json', '{}');
  write('src/below/a.ts', 'export const a = 1;');
  expect(build()).toBe(0);
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a build that stands is left alone, unless one is asked for', () => {
  write('src/notes.md');
  expect([build(), builds()]).toEqual([0, 1]);
  expect([build([]), builds()]).toEqual([0, 2]);
});

it.each<[string, () => void]>([
  ['another text', () => write('src/below/a.ts', 'export const a = 2;')],
  ['a new file', () => write('src/b.ts')],
  ['a file less', () => rmSync(join(folder, 'src/below/a.ts'))],
  ['another name', () => renameSync(join(folder, 'src/below/a.ts'), join(folder, 'src/below/b.ts'))],
  ['other dependencies', () => write('package-lock.json', '{}')],
  ['other settings', () => write('tsconfig.json', '{"include":["src"]}')],
  ['no entry', () => rmSync(join(folder, 'dist/src/main.js'))],
  ['no dist', () => rmSync(join(folder, 'dist'), { recursive: true })],
])('%s asks for a build', (_, change) => {
  change();
  expect([build(), builds()]).toEqual([0, 2]);
});

it('tells in a line that what stands is of other files, and leaves it', () => {
  expect(run(['tell']).stderr).toBe('');
  write('src/b.ts');
  const { status, stderr } = run(['tell']);
  expect([status, stderr, builds()]).toEqual([
    0,
    expect.stringMatching(/^dist was built from other files .*\n$/),
    1,
  ]);
});

it('a build that failed, or whose files changed meanwhile, is made again', () => {
  expect(build([], 'exit 3')).toBe(3);
  expect([build(['if-needed'], 'echo >> src/below/a.ts'), builds()]).toEqual([0, 3]);
  expect([build(), builds()]).toEqual([0, 4]);
  expect([build(), builds()]).toEqual([0, 4]);
});

it('a build leaves nothing in dist of what stood there before', () => {
  write('dist/src/gone.js');
  expect(build([])).toBe(0);
  expect(existsSync(join(folder, 'dist/src/gone.js'))).toBe(false);
});

it('too low a limit of open files is named in a line', () => {
  const command = `ulimit -n 400 && exec "${process.execPath}" "${SCRIPT}" if-needed`;
  const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  if (process.platform !== 'linux') return;
  expect(status).toBe(1);
  expect(stderr).toMatch(/^KeyForge opens more than 400 files at once, .*: set it to 1024 at least\.\n$/);
});

it.each(['>=999', `>=${process.versions.node.split('.')[0]}.999`])(
  'a Node that is older than %s is named in a line, and nothing is built',
  (node) => {
    write('package.json', JSON.stringify({ engines: { node } }));
    const { status, stderr } = run(['if-needed']);
    expect([status, stderr]).toEqual([
      1,
      `KeyForge needs Node ${node}, and this is ${process.versions.node}. Nothing was built.\n`,
    ]);
    expect(builds()).toBe(1);
  },
);

it('without a compiler says why there is none, and leaves what stands', () => {
  write('src/b.ts');
  const env = { PATH: '/usr/bin:/bin' };
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT], { cwd: folder, env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('npm install --include=dev')]);
  expect(existsSync(join(folder, 'dist/src/main.js'))).toBe(true);
});
