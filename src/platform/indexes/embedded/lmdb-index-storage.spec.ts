import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentDamaged } from '../../lmdb/environment-file.js';
import { LmdbIndexStorage } from './lmdb-index-storage.js';

const PAGE_BYTES = 4096;
/** Before them stand the two that say where all others are. */
const FIRST_PAGE = 2;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyforge-indexes-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('names the folder to delete where its pages are damaged', async () => {
  const entries = new Map(Array.from({ length: 500 }, (_, entry) => [`entry ${entry}`, entry]));
  const storage = LmdbIndexStorage.open(directory);
  const write = { index: 'stock', version: 1, position: 500n, entries };
  await storage.write([write], { position: '500', event: 'e' });
  await storage.close();
  const file = join(directory, 'data.mdb');
  const sound = readFileSync(file);
  let damaged = 0;
  for (let page = FIRST_PAGE; page < sound.length / PAGE_BYTES; page += 1) {
    const bytes = Buffer.from(sound);
    bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    writeFileSync(file, bytes);
    const opened = LmdbIndexStorage.open(directory);
    try {
      for (const [key, value] of entries) expect(opened.get('stock', key)).toBe(value);
    } catch (error) {
      expect(error).toBeInstanceOf(EnvironmentDamaged);
      expect((error as Error).message).toContain(directory);
      damaged += 1;
    }
    await opened.close();
  }
  expect(damaged).toBeGreaterThan(0);
});
