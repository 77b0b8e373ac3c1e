import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEnvironment } from './environment.js';
import { problemOfEnvironment, problemOfOnlyCopy, problemOfStored } from './environment-file.js';

const PROBLEMS = { problemOfEnvironment, problemOfOnlyCopy, problemOfStored };
const PAGE_BYTES = 4096;

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kf-environment-'));
  const made = openEnvironment({ path: folder, pageSize: PAGE_BYTES });
  await made.put('a', 1);
  await made.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(Object.entries(PROBLEMS))('%s', (_, problem) => {
  it('has nothing against an environment as it is made here', () => {
    expect(problem(folder)).toBeNull();
  });

  it('names one of another version, at which lmdb would end the process', () => {
    const file = openSync(join(folder, 'data.mdb'), 'r+');
    for (const page of [0, PAGE_BYTES]) writeSync(file, Buffer.from([3]), 0, 1, page + 28);
    closeSync(file);
    expect(problem(folder)).toBe('its data file is not one of this LMDB');
  });

  it('names what is no environment', () => {
    writeFileSync(join(folder, 'data.mdb'), 'x'.repeat(2 * PAGE_BYTES));
    expect(problem(folder)).toBe('its data file is not one of this LMDB');
  });
});
