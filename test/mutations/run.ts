import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTATIONS, type Mutation } from './mutations.js';
import { planted } from './planted.js';
import { REACTIONS } from './reactions.js';

/**
 * Proof that the tests can fail: plants each bug in a copy of the sources and demands that the tests named with it
 * fail. Ends with `N passed, N failed`; a bug that nothing notices is a failure. An argument picks bugs by name.
 */
const root = resolve('.');
const COPIED = [
  'src',
  'test',
  'projections',
  'migrations',
  'package.json',
  'tsconfig.json',
  'jest.config.cjs',
];
const TEST_TIMEOUT_SECONDS = 90;

function runTests(copy: string, pattern: string): { failed: boolean; output: string } {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = [
    jest,
    '--rootDir',
    copy,
    '--bail',
    '--silent',
    '--testTimeout=5000',
    '--testPathPatterns',
    pattern,
  ];
  // A planted bug may hang a worker of Jest: timeout ends the whole group of processes.
  const limits = ['--kill-after=5', String(TEST_TIMEOUT_SECONDS)];
  const run = spawnSync('timeout', [...limits, process.execPath, ...args], { cwd: copy, encoding: 'utf8' });
  return { failed: run.status !== 0, output: `${run.stdout}${run.stderr}` };
}

function plant(copy: string, mutation: Mutation): () => void {
  const path = join(copy, mutation.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, planted(original, mutation));
  return () => writeFileSync(path, original);
}

const copy = mkdtempSync(join(tmpdir(), 'keyforge-mutations-'));
let caught = 0;
let missed = 0;
try {
  for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const picked = [...MUTATIONS, ...REACTIONS].filter(({ name }) => name.includes(process.argv[2] ?? ''));
  for (const tests of new Set(picked.map((mutation) => mutation.tests))) {
    const { failed, output } = runTests(copy, tests);
    if (failed) throw new Error(`the tests fail without any planted bug:\n${output.slice(-4000)}`);
  }
  for (const mutation of picked) {
    const restore = plant(copy, mutation);
    const { failed } = runTests(copy, mutation.tests);
    restore();
    if (failed) caught += 1;
    else missed += 1;
    console.log(`${failed ? 'caught' : 'MISSED'}  ${mutation.name}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${caught} passed, ${missed} failed`);
process.exitCode = missed > 0 ? 1 : 0;
