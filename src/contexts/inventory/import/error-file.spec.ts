import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LineRange } from '../indexes/fingerprint-index.js';
import { ErrorFile } from './error-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyforge-errors-'));
  path = join(folder, 'keys.csv');
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = (): string => readFileSync(`${path}.errors.csv`, 'utf8');
const entries = (from: number, to: number): [number, string][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, 'duplicate']);

/** What fails to open the file, to write entries of so many lines, and to close it, where there is room for some 280 of them. */
function inLittleRoom(settled: LineRange[], lines: number): unknown {
  const script = ['test/support/register.cjs', 'test/support/error-file-child.ts'].map((name) =>
    resolve(name),
  );
  const args = ['-r', ...script, path, JSON.stringify(settled), String(lines)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

describe('the file of errors of an import', () => {
  it('fails where there is room for a part of the entries alone', () => {
    expect(inLittleRoom([], 100)).toEqual([null, null, null]);
    expect(inLittleRoom([], 1000)).toEqual([null, 'EFBIG', 'EFBIG']);
  });

  it('takes no entry that was cut off for one of another line', async () => {
    writeFileSync(`${path}.errors.csv`, 'line,reason\n3,duplicate\n11');
    await (await ErrorFile.open(path, [[1, 100]])).close();
    expect(written()).toBe('line,reason\n3,duplicate\n');
    writeFileSync(`${path}.errors.csv`, 'line,reason\n3,duplicate\n11,');
    await (await ErrorFile.open(path, [[1, 100]])).close();
    expect(written()).toBe('line,reason\n3,duplicate\n');
  });

  it('keeps what it had where there is no room to go through it, and leaves no copy behind', async () => {
    const before = await ErrorFile.open(path, []);
    await before.write(entries(1, 1000));
    await before.close();
    const had = written();
    expect(inLittleRoom([[1, 1000]], 0)).toEqual(['EFBIG', null, null]);
    expect(written()).toBe(had);
    expect(readdirSync(folder)).toEqual(['keys.csv.errors.csv']);
  });

  it('removes no entry before it stands in the new file', async () => {
    writeFileSync(`${path}.errors.csv`, 'line,reason\n3,duplicate\n');
    jest.spyOn(promises, 'rename').mockRejectedValueOnce(new Error('cut off here'));
    await expect(ErrorFile.open(path, [[1, 100]])).rejects.toThrow('cut off here');
    expect(written()).toBe('line,reason\n3,duplicate\n');
  });
});
