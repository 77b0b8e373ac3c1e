import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMPORT_BATCH_LINES } from '../limits.js';
import { type FileBatch, KeyFile } from './key-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyforge-key-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const LINES = 2.5 * IMPORT_BATCH_LINES;

async function batchesOf(content: string, settled: readonly [number, number][] = []): Promise<FileBatch[]> {
  const path = join(folder, 'keys.csv');
  writeFileSync(path, content);
  const preparer = {
    format: 'normalized' as const,
    comparesFormats: false,
    timeZone: 'Asia/Baku',
    fingerprintKey: createSecretKey(randomBytes(32)),
    lastFourKey: createSecretKey(randomBytes(32)),
  };
  const file = new KeyFile({ path, packageId: 'a', preparer, nowMs: NOW_MS });
  await file.identify();
  await file.begin(settled);
  const batches: FileBatch[] = [];
  for (let batch = await file.next(); batch; batch = await file.next()) batches.push(batch);
  await file.close();
  return batches;
}

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
const rangesOf = (batches: readonly FileBatch[]): number[][] =>
  batches.map(({ fromLine, toLine }) => [fromLine, toLine]);
const RANGES = [
  [1, IMPORT_BATCH_LINES],
  [IMPORT_BATCH_LINES + 1, 2 * IMPORT_BATCH_LINES],
  [2 * IMPORT_BATCH_LINES + 1, LINES],
];

it('a batch holds no more refused lines than its bound, however many follow each other', async () => {
  const batches = await batchesOf(lines(LINES, (index) => `KEY-${index},SN,31.12.2027`));
  expect(rangesOf(batches)).toEqual(RANGES);
  expect(batches.map(({ invalid }) => invalid.length)).toEqual([
    IMPORT_BATCH_LINES,
    IMPORT_BATCH_LINES,
    LINES / 5,
  ]);
});

it('lines that were settled before, and empty ones, are passed by in batches: it is told how far that is', async () => {
  const settled = await batchesOf(
    lines(LINES, (index) => `KEY-${index}`),
    [[1, LINES]],
  );
  expect(rangesOf(settled)).toEqual(RANGES);
  expect(settled.reduce((sum, { settledBefore }) => sum + settledBefore, 0)).toBe(LINES);
  expect(rangesOf(await batchesOf(lines(LINES, () => '')))).toEqual(RANGES);
});

it('a file that ends with a full batch has no empty one behind it', async () => {
  const batches = await batchesOf(lines(IMPORT_BATCH_LINES, () => ',SN'));
  expect(rangesOf(batches)).toEqual(RANGES.slice(0, 1));
});
