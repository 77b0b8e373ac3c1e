import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';
import { readStoreContract } from './read-store.contract.js';

describe('embedded read store', () => {
  const root = mkdtempSync(join(tmpdir(), 'keyforge-read-'));
  let count = 0;
  let directory = '';
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  readStoreContract(
    async () => {
      count += 1;
      directory = join(root, `${count}`);
      return EmbeddedReadStore.open({ directory });
    },
    async (store) => {
      await store.close();
      return EmbeddedReadStore.open({ directory });
    },
  );
});
