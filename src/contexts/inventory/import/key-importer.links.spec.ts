import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { KeyFile } from './key-file.js';
import { KeyImporter } from './key-importer.js';

let folder: string;
let node: InventoryNode;
let importer: KeyImporter;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyforge-links-'));
  mkdirSync(join(folder, 'in'));
  symlinkSync('in', join(folder, 'also-in'));
  node = await InventoryNode.start(new MemoryEventStore(), new MemoryKeyStore());
  await node.createPackage('a');
  await node.createPackage('b');
  const { executor, intake, fingerprints: index, preparers, clock, caughtUp } = node;
  const openSource = (options: ConstructorParameters<typeof KeyFile>[0]) => new KeyFile(options);
  importer = new KeyImporter({ executor, intake, index, preparers, clock, caughtUp, openSource });
});
afterEach(async () => {
  await node.close();
  rmSync(folder, { recursive: true });
});

const rows = (count: number): string =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? `KEY-${index}\n` : ',bad\n')).join('');
const run = (name: string, packageId: string) =>
  importer.run({ path: join(folder, name), packageId, context: testContext });

it('a file is refused that is being imported by another way to its folder, with which it would share its file of errors', async () => {
  writeFileSync(join(folder, 'in/keys.csv'), rows(3000));
  const both = await Promise.all([run('in/keys.csv', 'a'), run('also-in/keys.csv', 'b')]);
  expect(both).toContainEqual(expect.objectContaining({ code: 'ImportRunning' }));
  expect(both).toContainEqual(expect.objectContaining({ added: 1500, invalid: 1500 }));
  expect(readFileSync(join(folder, 'in/keys.csv.errors.csv'), 'utf8').match(/\n/g)).toHaveLength(1501);
});

it('a file that a link names has its errors beside the link, and may be imported beside another link to it', async () => {
  writeFileSync(join(folder, 'keys.csv'), rows(3000));
  symlinkSync('../keys.csv', join(folder, 'in/link.csv'));
  const both = await Promise.all([run('keys.csv', 'a'), run('in/link.csv', 'b')]);
  expect(both.map((result) => 'errorFile' in result && result.errorFile)).toEqual([
    join(folder, 'keys.csv.errors.csv'),
    join(folder, 'in/link.csv.errors.csv'),
  ]);
  expect(both).toMatchObject([{ rows: 3000 }, { rows: 3000 }]);
});
