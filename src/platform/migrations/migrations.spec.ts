import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../../../migrations/all.js';
import { DataFormatError, FORMAT_FILE, type Migration, runMigrations } from './migrations.js';

describe('a data directory', () => {
  let parent: string;
  let directory: string;
  let ran: number[];
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'keyforge-migrations-'));
    directory = join(parent, 'data');
    ran = [];
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const step = (number: number, up: () => void = () => {}): Migration => ({
    number,
    name: `step ${number}`,
    up: () => {
      up();
      ran.push(number);
    },
  });
  const run = (...migrations: Migration[]): Promise<number> =>
    runMigrations({ directory, migrations, log: () => {} });
  const recorded = (): unknown => JSON.parse(readFileSync(join(directory, FORMAT_FILE), 'utf8'));

  it('that is new goes through all migrations in order', async () => {
    expect(await run(step(1), step(2))).toBe(2);
    expect(ran).toEqual([1, 2]);
    expect(recorded()).toEqual({ product: 'keyforge', format: 2 });
  });

  it('goes through each migration once', async () => {
    await run(step(1));
    await run(step(1), step(2), step(3));
    await run(step(1), step(2), step(3));
    expect(ran).toEqual([1, 2, 3]);
  });

  it('remembers what was done before a migration failed', async () => {
    const failing = step(2, () => {
      throw new Error('no room');
    });
    await expect(run(step(1), failing)).rejects.toThrow('no room');
    expect(recorded()).toMatchObject({ format: 1 });
    await run(step(1), step(2));
    expect(ran).toEqual([1, 2]);
  });

  it('of a newer release is refused and not touched', async () => {
    await run(step(1), step(2));
    await expect(run(step(1))).rejects.toThrow(
      `the data in ${directory} have format 2, and this release knows formats up to 1`,
    );
    expect(recorded()).toMatchObject({ format: 2 });
  });

  it.each(['', '{', 'null', '{"format":"1"}', '{"format":-1}'])(
    'with the record %j is refused',
    async (text) => {
      await run(step(1));
      writeFileSync(join(directory, FORMAT_FILE), text);
      await expect(run(step(1))).rejects.toBeInstanceOf(DataFormatError);
      expect(ran).toEqual([1]);
    },
  );

  it('takes no migrations with gaps', async () => {
    await expect(run(step(1), step(3))).rejects.toThrow('without gaps');
    expect(existsSync(directory)).toBe(false);
  });
});

describe("this release's migrations", () => {
  it('are the files of the migrations folder', () => {
    const files = readdirSync('migrations').filter((name) => /^\d{4}-.*\.ts$/.test(name));
    const listed = MIGRATIONS.map(({ number, name }) => `${String(number).padStart(4, '0')}-${name}.ts`);
    expect(listed).toEqual(files.sort());
  });

  it('make a directory that is closed to others', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'keyforge-migrations-'));
    try {
      await runMigrations({ directory, migrations: MIGRATIONS, log: () => {} });
      expect(statSync(directory).mode & 0o077).toBe(0);
      expect(statSync(join(directory, FORMAT_FILE)).mode & 0o077).toBe(0);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
