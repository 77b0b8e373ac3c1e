import { linkSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptFile } from './kept-file.js';

let folder: string;
let path: string;
let nowMs = 0;
let gone = 0;
let file: KeptFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-kept-'));
  path = join(folder, 'data.mdb');
  writeFileSync(path, 'x');
  gone = 0;
  file = new KeptFile(
    path,
    () => {
      gone += 1;
    },
    () => nowMs,
  );
  expect(file.isKept).toBe(true);
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const later = (): boolean => {
  nowMs += 1_000;
  return file.isKept;
};

it.each<[string, () => void]>([
  ['was removed', () => rmSync(path)],
  ['went with its folder', () => rmSync(folder, { recursive: true })],
  [
    'has another in its place',
    () => {
      writeFileSync(`${path}.new`, 'y');
      renameSync(`${path}.new`, path);
    },
  ],
])('a file that %s is not kept, which is said once', (_what, happen) => {
  happen();
  expect([later(), later(), gone]).toEqual([false, false, 1]);
});

it.each<[string, () => void]>([
  ['written to', () => writeFileSync(path, 'more')],
  ['moved', () => renameSync(path, `${path}.moved`)],
  [
    'known by another name',
    () => {
      linkSync(path, `${path}.too`);
      rmSync(path);
    },
  ],
])('a file that is %s is', (_what, happen) => {
  happen();
  expect([later(), gone]).toEqual([true, 0]);
});
