import { join } from 'node:path';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { EmbeddedKeyStore } from '../../src/platform/key-store/embedded/embedded-key-store.js';
import type { MasterKey } from '../../src/platform/security/master-key.js';
import { Vault } from '../../src/platform/security/vault.js';

/** What a ciphertext says to whoever has a backup and the master key. */
export async function openWithBackup(
  folder: string,
  master: MasterKey,
  sealed: string,
  place: string,
): Promise<string> {
  const keys = await EmbeddedKeyStore.open(join(folder, 'keys'), master, new SystemIds());
  try {
    return await new Vault(keys).open(sealed, place);
  } finally {
    await keys.close();
  }
}
