import { randomBytes, randomUUID } from 'node:crypto';
import { type DataKey, KeyStore } from '../../src/platform/key-store/key-store.js';

/** Data keys in memory. */
export class MemoryKeyStore extends KeyStore {
  private readonly byScope = new Map<string, DataKey>();
  private readonly byId = new Map<string, DataKey>();

  obtain(scope: string): DataKey {
    const known = this.byScope.get(scope);
    if (known) return known;
    const made = { id: randomUUID(), key: randomBytes(32) };
    this.byScope.set(scope, made);
    this.byId.set(made.id, made);
    return made;
  }

  find(id: string): DataKey | null {
    return this.byId.get(id) ?? null;
  }

  async destroy(scope: string): Promise<boolean> {
    const key = this.byScope.get(scope);
    if (!key) return false;
    this.byScope.delete(scope);
    return this.byId.delete(key.id);
  }
}
