import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { LineRange } from '../indexes/fingerprint-index.js';
import { ErrorFile } from './error-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyforge-errors-'));
  path = join(folder, 'keys.csv');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const written = (): string => readFileSync(`${path}.errors.csv`, 'utf8');
const entries = (from: number, to: number): [number, string][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, 'duplicate']);

const ENTRY_3 = 'line,reason,import\n3,duplicate,one\n';

/** What fails to open the file, to write entries of so many lines, and to close it, where there is room for some 220 of them. */
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

  it('says which file it is that cannot be written', async () => {
    const opened = promises.open;
    jest.spyOn(promises, 'open').mockImplementation(async (...args) => {
      const handle = await opened(...args);
      handle.appendFile = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
      return handle;
    });
    const errors = await ErrorFile.open(path, 'one', []);
    const failure = { code: 'ENOSPC', path: `${path}.errors.csv` };
    await expect(errors.write(entries(1, 2))).rejects.toMatchObject(failure);
    await expect(errors.close()).rejects.toMatchObject(failure);
  });

  it('takes no entry that was cut off for one of another line', async () => {
    writeFileSync(`${path}.errors.csv`, `${ENTRY_3}11,duplicate,on`);
    await (await ErrorFile.open(path, 'one', [[1, 100]])).close();
    expect(written()).toBe(ENTRY_3);
    writeFileSync(`${path}.errors.csv`, `${ENTRY_3}11,`);
    await (await ErrorFile.open(path, 'one', [[1, 100]])).close();
    expect(written()).toBe(ENTRY_3);
  });

  it('keeps no entry of another import', async () => {
    writeFileSync(`${path}.errors.csv`, `${ENTRY_3}4,duplicate,other\n5,duplicate\n`);
    await (await ErrorFile.open(path, 'one', [[1, 100]])).close();
    expect(written()).toBe(ENTRY_3);
  });

  it('has on disk what it was given, its name and what it kept', async () => {
    writeFileSync(`${path}.errors.csv`, ENTRY_3);
    const calls: string[] = [];
    const opened = promises.open;
    jest.spyOn(promises, 'open').mockImplementation(async (name, ...rest) => {
      const handle = await opened(name, ...rest);
      for (const flush of ['sync', 'datasync'] as const) {
        const flushing = handle[flush].bind(handle);
        handle[flush] = () => {
          calls.push(basename(String(name)));
          return flushing();
        };
      }
      return handle;
    });
    const errors = await ErrorFile.open(path, 'one', [[1, 100]]);
    expect(calls).toEqual([basename(folder), 'keys.csv.errors.csv.kept', basename(folder)]);
    calls.length = 0;
    await errors.write(entries(4, 5));
    expect(calls).toEqual(['keys.csv.errors.csv']);
    await errors.close();
  });

  it('copies entries by the thousand: one at a time a run that goes on would keep the server busy for minutes', async () => {
    const before = await ErrorFile.open(path, 'one', []);
    await before.write(entries(1, 2500));
    await before.close();
    const had = written();
    let writes = 0;
    const opened = promises.open;
    jest.spyOn(promises, 'open').mockImplementation(async (...args) => {
      const handle = await opened(...args);
      const appending = handle.appendFile.bind(handle);
      handle.appendFile = (...data) => {
        writes += 1;
        return appending(...data);
      };
      return handle;
    });
    const errors = await ErrorFile.open(path, 'one', [[1, 2500]]);
    await errors.close();
    expect(writes).toBe(4);
    expect(errors.kept).toEqual({ invalid: 0, duplicates: 2500 });
    expect(written()).toBe(had);
  });

  it('keeps what it had where there is no room to go through it, and leaves no copy behind', async () => {
    const before = await ErrorFile.open(path, 'one', []);
    await before.write(entries(1, 1000));
    await before.close();
    const had = written();
    expect(inLittleRoom([[1, 1000]], 0)).toEqual(['EFBIG', null, null]);
    expect(written()).toBe(had);
    expect(readdirSync(folder)).toEqual(['keys.csv.errors.csv']);
  });

  it('removes no entry before it stands in the new file', async () => {
    writeFileSync(`${path}.errors.csv`, ENTRY_3);
    jest.spyOn(promises, 'rename').mockRejectedValueOnce(new Error('cut off here'));
    await expect(ErrorFile.open(path, 'one', [[1, 100]])).rejects.toThrow('cut off here');
    expect(written()).toBe(ENTRY_3);
  });
});
