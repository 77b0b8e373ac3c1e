import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { LmdbIndexStorage } from '../../src/platform/indexes/embedded/lmdb-index-storage.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { EmbeddedKeyStore } from '../../src/platform/key-store/embedded/embedded-key-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';

/** The embedded engines that bringing notices rests on, in one directory. */
export async function openCallbackEngines(directory: string, masterKey: string) {
  const folder = (name: string): string => {
    mkdirSync(join(directory, name), { recursive: true });
    return join(directory, name);
  };
  const store = EmbeddedEventStore.open({ directory: folder('log'), onFatal: () => process.exit(70) });
  const indexes = LmdbIndexStorage.open(folder('indexes'));
  const keys = await EmbeddedKeyStore.open(folder('keys'), MasterKey.parse(masterKey), new SystemIds());
  return { store, indexes, keys };
}
