import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEnvironment } from './environment.js';

const NOBODY = 65_534;

/** Whom the files belong to, and their group; only root can give files away. */
const [owner, group] = process.getuid!() === 0 ? [NOBODY, NOBODY] : [process.getuid!(), process.getgid!()];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-environment-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  ['a folder', '', false, ['data.mdb', 'lock.mdb']],
  ['a file', 'keys.mdb', true, ['keys.mdb', 'keys.mdb-lock']],
] as const)(
  'the lock of %s belongs to whom the data belong to, whoever looked at them first',
  async (_, name, noSubdir, files) => {
    const path = join(folder, name);
    const [data, lock] = files.map((file) => join(folder, file)) as [string, string];
    await openEnvironment({ path, noSubdir }).close();
    chownSync(data, owner, group);
    rmSync(lock);
    await openEnvironment({ path, noSubdir, readOnly: true }).close();
    expect(readdirSync(folder)).toEqual(files);
    expect([statSync(lock).uid, statSync(lock).gid]).toEqual([owner, group]);
  },
);
