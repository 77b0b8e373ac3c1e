import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { eventStoreContract } from './event-store.contract.js';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'keyforge-log-'));

eventStoreContract('the embedded engine', async () => {
  const directory = newFolder();
  const store = EmbeddedEventStore.open({ directory });
  return {
    store,
    dispose: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});
