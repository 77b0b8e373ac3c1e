import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { MIGRATIONS } from '../../../migrations/all.js';
import { MONGODB_MIGRATIONS } from '../../../migrations/mongodb/all.js';
import { runMigrations } from './migrations.js';

/** What the newest formats hold; the digest is over all golden samples of stored events. */
const NEWEST = { dataDirectory: 2, mongodb: 2, samples: '2a1cb118977f2be1' };

const SOURCES = 'src';

function digestOfSamples(): string {
  const hash = createHash('sha256');
  const paths = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const samples = paths.filter((path) => path.includes(`${sep}golden${sep}`) && path.endsWith('.json'));
  for (const path of samples.sort())
    hash.update(`${path.replaceAll(sep, '/')}\0`).update(readFileSync(join(SOURCES, path)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * A program that meets what it does not know reads on as if it did: it charged for keys that it could not show. So where
 * stored events change, decide whether the programs of the newest format read the new ones rightly. If not, add a migration
 * here and for MongoDB, which keeps them out. Then note the new digest.
 */
it('events that are stored in another way get a format of their own', () => {
  expect({
    dataDirectory: MIGRATIONS.length,
    mongodb: MONGODB_MIGRATIONS.length,
    samples: digestOfSamples(),
  }).toEqual(NEWEST);
});

it('a program that knows no intakes whose texts are sealed together refuses a directory that may hold some', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-formats-'));
  const run = (migrations: typeof MIGRATIONS): Promise<number> =>
    runMigrations({ directory, migrations, log: () => {} });
  try {
    await run(MIGRATIONS.slice(0, 1));
    await run(MIGRATIONS);
    await expect(run(MIGRATIONS.slice(0, 1))).rejects.toThrow('this release knows formats up to 1');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
