import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { EmbeddedKeyStore } from '../../src/platform/key-store/embedded/embedded-key-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { keyStoreContract } from './key-store.contract.js';

const root = mkdtempSync(join(tmpdir(), 'kf-keys-'));
const folder = join(root, 'keys');
const master = MasterKey.generate();

afterAll(() => rmSync(root, { recursive: true, force: true }));

keyStoreContract('embedded', {
  async open() {
    const store = await EmbeddedKeyStore.open(folder, master, new SystemIds());
    return { store, close: () => store.close() };
  },
  async wipe() {
    rmSync(folder, { recursive: true, force: true });
  },
});
