import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeApiDocument } from '../../src/composition/api-document.js';

const COMMITTED = 'docs/client';

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]),
  );

it('the client in the repository is the one that the API describes: else run `npm run client`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kf-client-'));
  try {
    const input = JSON.stringify(makeApiDocument());
    const made = spawnSync(process.execPath, ['test/openapi/write-client.mjs', folder], { input });
    expect(String(made.stderr)).toBe('');
    const [fresh, committed] = [filesIn(folder), filesIn(COMMITTED)];
    expect(Object.keys(fresh).sort()).toEqual(Object.keys(committed).sort());
    const stale = Object.keys(fresh).filter((name) => fresh[name] !== committed[name]);
    expect(stale).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
