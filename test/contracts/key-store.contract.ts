import type { KeyStore } from '../../src/platform/key-store/key-store.js';

/** How a suite gets at one engine's stores. */
export interface KeyStoreEngine {
  /** Opens the same stored keys each time, until {@link wipe}. */
  open(): Promise<{ store: KeyStore; close(): Promise<void> }>;
  wipe(): Promise<void>;
}

/** What every key store must do, whatever holds the keys. */
export function keyStoreContract(name: string, engine: KeyStoreEngine): void {
  describe(`key store: ${name}`, () => {
    let store: KeyStore;
    let close: () => Promise<void>;
    const reopen = async (): Promise<void> => {
      await close();
      ({ store, close } = await engine.open());
    };
    beforeEach(async () => {
      await engine.wipe();
      ({ store, close } = await engine.open());
    });
    afterEach(() => close());

    it('makes a 256-bit key per scope and gives the same one again', async () => {
      const first = await store.obtain('lot-1');
      expect(first.key).toHaveLength(32);
      expect(await store.obtain('lot-1')).toEqual(first);
      expect((await store.obtain('lot-2')).key.equals(first.key)).toBe(false);
    });

    it('gives concurrent callers of one scope one key', async () => {
      const keys = await Promise.all(Array.from({ length: 32 }, async () => store.obtain('customer-x')));
      expect(new Set(keys.map((key) => key.id)).size).toBe(1);
      expect(await store.find(keys[0]!.id)).toEqual(keys[0]);
    });

    it('finds by id what it made, also after it was opened again', async () => {
      const made = await store.obtain('lot-7');
      await reopen();
      expect(await store.find(made.id)).toEqual(made);
      expect(await store.obtain('lot-7')).toEqual(made);
    });

    it('knows no other ids', async () => {
      expect(await store.find('01900000-0000-7000-8000-000000000000')).toBeNull();
    });

    it('forgets a destroyed key for ever and makes another for the scope', async () => {
      const doomed = await store.obtain('customer-y');
      const kept = await store.obtain('customer-z');
      expect(await store.destroy('customer-y')).toBe(true);
      expect(await store.find(doomed.id)).toBeNull();
      await reopen();
      expect(await store.find(doomed.id)).toBeNull();
      expect(await store.find(kept.id)).toEqual(kept);
      expect((await store.obtain('customer-y')).id).not.toBe(doomed.id);
    });

    it('answers false when there was nothing to destroy', async () => {
      expect(await store.destroy('nobody')).toBe(false);
    });

    it('goes on serving while keys are destroyed', async () => {
      const kept = await store.obtain('kept');
      for (const scope of ['a', 'b', 'c']) await store.obtain(scope);
      const destroyed = ['a', 'b', 'c'].map((scope) => store.destroy(scope));
      const made = await store.obtain('made meanwhile');
      for (let i = 0; i < 20; i += 1) {
        expect(await store.find(kept.id)).toEqual(kept);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await Promise.all(destroyed)).toEqual([true, true, true]);
      expect(await store.find(made.id)).toEqual(made);
    });
  });
}
