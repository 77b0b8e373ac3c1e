import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { IMPORT_BATCHES, KEYS_PER_LOT } from '../limits.js';
import { KeyFile } from './key-file.js';
import { KeyImporter } from './key-importer.js';

const ROWS = KEYS_PER_LOT * (IMPORT_BATCHES + 3);

it('an import that goes on at once, before the indexes have followed, takes none of its own rows for duplicates', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyforge-resumed-'));
  const store = new MemoryEventStore();
  let held: Promise<void> | null = null;
  const { readAll } = store;
  store.readAll = (...asked) =>
    (held ? held.then(() => readAll.apply(store, asked)) : readAll.apply(store, asked)) as never;
  const node = await InventoryNode.start(store, new MemoryKeyStore());
  await node.createPackage('a');
  await node.caughtUp();
  const path = join(folder, 'keys.csv');
  // More than are under way at once: whatever is done first, there is something left to stop.
  writeFileSync(path, Array.from({ length: ROWS }, (_, row) => `KEY-${row}`).join('\n'));
  const { executor, intake, fingerprints: index, preparers, clock, caughtUp } = node;
  const openSource = (options: ConstructorParameters<typeof KeyFile>[0]) => new KeyFile(options);
  const own = { executor, intake, index, preparers, clock, openSource, caughtUp };
  const request = { path, packageId: 'a', context: testContext };

  let follow = (): void => undefined;
  held = new Promise((resolve) => {
    follow = resolve;
  });
  const stop = new AbortController();
  const stopped = new KeyImporter(own).run({
    ...request,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(stopped).rejects.toThrow('aborted');
  const resumed = new KeyImporter(own).run(request);
  await delay(100);
  follow();
  expect(await resumed).toMatchObject({ rows: ROWS, duplicates: 0, errorFile: null });
  expect(node.stock.available('a')).toBe(ROWS);
  await node.close();
  rmSync(folder, { recursive: true });
});
