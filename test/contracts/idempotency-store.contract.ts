import type {
  IdempotencyStore,
  RememberedRequest,
} from '../../src/platform/idempotency/idempotency-store.js';

/** How a suite gets at one engine's stores. */
export interface IdempotencyStoreEngine {
  /** Opens the same stored requests each time, until {@link wipe}. */
  open(): Promise<IdempotencyStore>;
  wipe(): Promise<void>;
}

const request = (attemptId: string, begunAtMs = 1_000): RememberedRequest => ({
  fingerprint: 'f',
  attemptId,
  begunAtMs,
  after: '17',
  upTo: null,
  answer: null,
});

/** What every idempotency store must do, whatever holds the requests. */
export function idempotencyStoreContract(name: string, engine: IdempotencyStoreEngine): void {
  describe(`idempotency store: ${name}`, () => {
    let store: IdempotencyStore;
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await engine.open();
    };
    beforeEach(async () => {
      await engine.wipe();
      store = await engine.open();
    });
    afterEach(() => store.close());

    it('a key is claimed once, and whoever comes later is told by whom', async () => {
      expect(await store.claim('k', request('first'))).toBeNull();
      expect(await store.claim('k', request('second'))).toEqual(request('first'));
      expect(await store.claim('other', request('third'))).toBeNull();
    });

    it('of many claims at once one wins', async () => {
      const attempts = Array.from({ length: 32 }, (_, index) => `a${index}`);
      const found = await Promise.all(attempts.map((attempt) => store.claim('k', request(attempt))));
      const winners = attempts.filter((_, index) => found[index] === null);
      expect(winners).toHaveLength(1);
      for (const other of found) if (other) expect(other.attemptId).toBe(winners[0]);
    });

    it('what it answered is there when it is opened again', async () => {
      await store.claim('k', request('first'));
      const answered = { ...request('first'), answer: 'sealed', upTo: '21' };
      expect(await store.replace('k', 'first', answered)).toBe(true);
      await reopen();
      expect(await store.claim('k', request('second'))).toEqual(answered);
    });

    it('a record is replaced and released by its own attempt alone', async () => {
      await store.claim('k', request('first'));
      expect(await store.replace('k', 'other', request('other'))).toBe(false);
      expect(await store.replace('nothing', 'first', request('first'))).toBe(false);
      await store.release('k', 'other');
      expect(await store.claim('k', request('second'))).toEqual(request('first'));
      await store.release('k', 'first');
      expect(await store.claim('k', request('second'))).toBeNull();
    });

    it('of many that replace one record at once one wins', async () => {
      await store.claim('k', request('first'));
      const attempts = Array.from({ length: 16 }, (_, index) => `a${index}`);
      const won = await Promise.all(attempts.map((attempt) => store.replace('k', 'first', request(attempt))));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('forgets what began before a time', async () => {
      await store.claim('old', request('a', 999));
      await store.claim('new', request('b', 1_000));
      expect(await store.forget(1_000)).toBe(1);
      expect(await store.claim('old', request('c'))).toBeNull();
      expect(await store.claim('new', request('c'))).toEqual(request('b', 1_000));
    });

    it('forgets any number of them', async () => {
      const keys = Array.from({ length: 1_001 }, (_, index) => `k${index}`);
      await Promise.all(keys.map((key, index) => store.claim(key, request('a', index % 2))));
      expect(await store.forget(1)).toBe(501);
      expect(await store.forget(2)).toBe(500);
    });
  });
}
