import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFailure, importRefused } from './import-refusals.js';

const NAMES = 'key_text,serial_number\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refusalOf = (content: Buffer): string => {
  const path = join(folder, 'keys.csv');
  writeFileSync(path, content);
  return importRefused('ColumnsUnknown', path, '1').message;
};

it.each([
  ['with a mark', Buffer.from(`\uFEFF${NAMES}`, 'utf16le')],
  ['the other way round', Buffer.from(`\uFEFF${NAMES}`, 'utf16le').swap16()],
  ['without a mark', Buffer.from(NAMES, 'utf16le')],
])('a file in UTF-16 %s is told how to be saved', (_, content) => {
  expect(refusalOf(content)).toMatch(/keys\.csv is in UTF-16: save it as "CSV UTF-8"$/);
});

it('another first line is told what it must be', () => {
  for (const text of ['Code;Price', 'A', '']) {
    expect(refusalOf(Buffer.from(text))).toContain('its first line must name key_text');
  }
});

it('a file of errors that may not be written is named, with who may not', () => {
  const denied = Object.assign(new Error('EACCES: permission denied'), {
    code: 'EACCES',
    path: '/in/keys.csv.errors.csv',
  });
  const { message } = importFailure(denied) as Error;
  expect(message).toMatch(
    /^user \d+, who takes it in, may not write \/in\/keys\.csv\.errors\.csv \(EACCES\)/,
  );
  const other = new Error('the log is away');
  expect(importFailure(other)).toBe(other);
});

it('a file of errors that its disk has no room for is named, and that the next run goes on', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    path: '/in/keys.csv.errors.csv',
  });
  expect((importFailure(full) as Error).message).toBe(
    '/in/keys.csv.errors.csv cannot be written (ENOSPC), where rows are listed that are not taken in: the next run goes on from here',
  );
});
