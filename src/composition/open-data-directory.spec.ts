import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { DataDirectoryInUseError } from '../platform/data-directory/data-directory.js';
import { openDataDirectory, openForServer } from './open-data-directory.js';

describe('a server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(os.tmpdir(), 'keyforge-open-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('waits for a command that works in its directory, and says once for which', async () => {
    const command = await openDataDirectory(folder, 'backup');
    const waitedFor: string[] = [];
    const opening = openForServer(folder, (name) => waitedFor.push(name));
    setTimeout(() => command.close(), 400);
    await (await opening).close();
    expect(waitedFor).toEqual(['backup']);
  });

  it('gives up in the end, and at once where another server has it', async () => {
    const command = await openDataDirectory(folder, 'import-keys');
    await expect(openForServer(folder, () => {}, 300)).rejects.toThrow('in use by the command "import-keys"');
    await command.close();
    const server = await openDataDirectory(folder);
    const asked = performance.now();
    await expect(openForServer(folder, fail)).rejects.toThrow(DataDirectoryInUseError);
    expect(performance.now() - asked).toBeLessThan(5000);
    await server.close();
  });
});

describe('a folder of somebody else', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(os.tmpdir(), 'keyforge-foreign-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (...names: string[]): void => {
    for (const name of names) {
      if (name.endsWith('/')) mkdirSync(join(folder, name), { recursive: true });
      else writeFileSync(join(folder, name), '');
    }
  };

  it.each([
    ['photos', ['photo.jpg']],
    ['what /var holds', ['log/', 'lib/']],
    ['a home', ['.profile', 'Documents/']],
  ])('is refused and left as it is where it holds %s', async (_, names) => {
    put(...names);
    const before = readdirSync(folder);
    for (const command of [null, 'migrate'])
      await expect(openDataDirectory(folder, command)).rejects.toThrow(/^DATA_DIR must be an empty folder/);
    expect(readdirSync(folder)).toEqual(before);
    expect(statSync(folder).mode & 0o777).toBe(0o755);
  });

  it.each([
    ['nothing', []],
    ['what a fresh disk has', ['lost+found/']],
    ['what other file systems and desktops put there', ['.snapshot/', '.Trash-1000/']],
    ['the home of its user, who ran npm', ['.profile', '.npm/']],
    ['a volume for the log', ['log/', 'log/lost+found/']],
    ['what a first start leaves that broke off', ['lock/', 'format.json.new', 'master.key', 'keys/']],
    ['data, and a note', ['format.json', 'README.txt']],
    ['half of a restore, and a note', ['restore.tmp/', 'README.txt']],
  ])('is taken where it holds %s', async (_, names) => {
    put(...names);
    await (await openDataDirectory(folder)).close();
  });
});

function fail(): never {
  throw new Error('nobody is waited for');
}

it('a long path names TMPDIR where nothing can be made in it, as the data directory itself is fine', async () => {
  const folder = mkdtempSync(join(os.tmpdir(), 'keyforge-long-'));
  const temporary = jest.spyOn(os, 'tmpdir').mockReturnValue(join(folder, 'none'));
  try {
    const opening = openDataDirectory(join(folder, 'x'.repeat(120)));
    await expect(opening).rejects.toThrow(
      /^TMPDIR must be a folder that can be written, which .*none is not/,
    );
  } finally {
    temporary.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
