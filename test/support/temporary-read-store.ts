import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';

/** Read stores for one test file: `open(name)` opens the same data again under the same name. */
export class TemporaryReadStores {
  private readonly root = mkdtempSync(join(tmpdir(), 'keyforge-read-'));
  private readonly opened = new Set<EmbeddedReadStore>();

  open(name: string): EmbeddedReadStore {
    const store = EmbeddedReadStore.open({ directory: join(this.root, name) });
    this.opened.add(store);
    return store;
  }

  async close(store: EmbeddedReadStore): Promise<void> {
    if (this.opened.delete(store)) await store.close();
  }

  async remove(): Promise<void> {
    for (const store of [...this.opened]) await this.close(store);
    rmSync(this.root, { recursive: true, force: true });
  }
}
