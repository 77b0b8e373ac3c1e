import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';

const NOBODY = 65534;
const MODULE = transformFileSync(join(__dirname, 'owned-files.ts'), {
  swcrc: false,
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
}).code;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-owned-'));
  for (const name of ['log', 'keys', 'lost+found']) mkdirSync(join(folder, name));
  for (const name of ['log/data.mdb', 'keys/keys.mdb', 'master.key', 'lost+found/x']) {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), 0o666);
  }
  for (const name of ['', 'log', 'keys']) chmodSync(join(folder, name), 0o777);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As a user whom the modes of files bind, in a process of its own: the system asks for the user that began it. */
function looked(): unknown {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  const script = `${MODULE}\nconsole.log(JSON.stringify(module.exports.unusableFile(process.argv[1])))`;
  const child = spawnSync(process.execPath, ['-e', script, folder], { cwd: folder, uid, encoding: 'utf8' });
  return JSON.parse(child.stdout || JSON.stringify(child.stderr));
}

it('a data directory that the user may use has none, whatever else lies there', () => {
  chmodSync(join(folder, 'lost+found'), 0);
  expect(looked()).toBeNull();
  chmodSync(join(folder, 'master.key'), 0o444);
  expect(looked()).toBeNull();
  chmodSync(join(folder, 'lost+found'), 0o700);
});

it.each([
  ['log/data.mdb', 0o444],
  ['keys/keys.mdb', 0],
  ['log', 0o555],
  ['master.key', 0],
])('%s with the mode %i is named', (name, mode) => {
  chmodSync(join(folder, name), mode);
  expect(looked()).toEqual({ path: join(folder, name), code: 'EACCES' });
});
