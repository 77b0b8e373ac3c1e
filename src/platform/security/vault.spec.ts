import { StoreUnavailable } from '../kernel/store-unavailable.js';
import { type DataKey, KeyStore } from '../key-store/key-store.js';
import { KeyedHash } from './keyed-hash.js';
import { sealedPlace, Vault } from './vault.js';

const dataKey = (fill: number): DataKey => ({ id: `key-${fill}`, key: Buffer.alloc(32, fill) });

class StubKeys extends KeyStore {
  readonly keys = new Map([dataKey(1), dataKey(2)].map((key) => [key.id, key]));
  finds = 0;
  obtain(scope: string): DataKey {
    return dataKey(scope.length);
  }
  find(id: string): DataKey | null {
    this.finds += 1;
    return this.keys.get(id) ?? null;
  }
  async destroy(): Promise<boolean> {
    this.keys.clear();
    return true;
  }
}

const place = sealedPlace('lot-17', 'text', 3);
let keys: StubKeys;
let vault: Vault;
beforeEach(() => {
  keys = new StubKeys();
  vault = new Vault(keys);
});

it('opens at once what it sealed, whatever the text', () => {
  for (const text of ['', 'ABCD-EFGH', 'ключ · ✓', 'x'.repeat(10_000)]) {
    const sealed = vault.seal(dataKey(1), place, text);
    expect(sealed).toMatch(/^v1\.key-1\.[\w-]{16}\.[\w-]+$/);
    expect(vault.open(sealed, place)).toBe(text);
  }
});

it('never makes the same ciphertext twice', () => {
  expect(vault.seal(dataKey(1), place, 'A')).not.toBe(vault.seal(dataKey(1), place, 'A'));
});

it('does not open in another stream, field or slot', () => {
  const sealed = vault.seal(dataKey(1), place, 'ABCD-EFGH');
  for (const other of [
    sealedPlace('lot-18', 'text', 3),
    sealedPlace('lot-17', 'pin', 3),
    sealedPlace('lot-17', 'text', 4),
  ]) {
    expect(() => vault.open(sealed, other)).toThrow(expect.objectContaining({ code: 'Damaged' }));
  }
});

it('notices a changed ciphertext and anything that is none, without repeating it', () => {
  const sealed = vault.seal(dataKey(1), place, 'ABCD-EFGH');
  const [, id, nonce, body] = sealed.split('.');
  const broken = [
    `v1.${id}.${nonce}.${body!.startsWith('A') ? 'B' : 'A'}${body!.slice(1)}`,
    `v1.key-2.${nonce}.${body}`,
    `v1.${id}.${nonce}.AAAA`,
    `v2.${id}.${nonce}.${body}`,
    'SECRET-PLAIN-TEXT',
  ];
  for (const text of broken) {
    const error = (() => {
      try {
        return vault.open(text, place);
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toMatchObject({ name: 'VaultError', code: 'Damaged' });
    expect(String(error)).not.toContain('SECRET');
  }
});

it('says that a text is erased once its data key is destroyed', async () => {
  const sealed = vault.seal(dataKey(1), place, 'A');
  vault.open(sealed, place);
  await keys.destroy();
  vault.forget();
  expect(() => vault.open(sealed, place)).toThrow(expect.objectContaining({ code: 'Erased' }));
});

describe('a text that is asked for again', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Whether the vault still has the clear text: the ciphertext's own key is gone, but nobody told it. */
  function isKept(sealed: string): boolean {
    keys.keys.clear();
    (vault as unknown as { cached: Map<string, unknown> }).cached.clear();
    try {
      return vault.openAgain(sealed, place) === 'A';
    } catch (error) {
      expect(error).toMatchObject({ code: 'Erased' });
      return false;
    }
  }

  it('stays in clear for a second at most, and until a data key is destroyed', () => {
    const sealed = vault.seal(dataKey(1), place, 'A');
    expect(vault.openAgain(sealed, place)).toBe('A');
    expect(isKept(sealed)).toBe(true);
    jest.advanceTimersByTime(1_000);
    expect(isKept(sealed)).toBe(false);

    keys = new StubKeys();
    vault = new Vault(keys);
    vault.openAgain(sealed, place);
    vault.forget();
    expect(isKept(sealed)).toBe(false);
  });

  it('is not taken for another one, of that place or in another', () => {
    const sealed = vault.seal(dataKey(1), place, 'A');
    vault.openAgain(sealed, place);
    expect(vault.openAgain(vault.seal(dataKey(1), place, 'B'), place)).toBe('B');
    expect(() => vault.openAgain(sealed, sealedPlace('lot-17', 'text', 4))).toThrow(
      expect.objectContaining({ code: 'Damaged' }),
    );
  });

  it('is one of few', () => {
    const sealed = vault.seal(dataKey(1), place, 'A');
    vault.openAgain(sealed, place);
    for (let slot = 0; slot < 16; slot += 1) {
      const other = sealedPlace('lot-18', 'text', slot);
      vault.openAgain(vault.seal(dataKey(1), other, 'B'), other);
    }
    expect(isKept(sealed)).toBe(false);
  });
});

it('asks the key store once for many texts under one key', () => {
  const sealed = vault.seal(dataKey(2), place, 'A');
  for (let i = 0; i < 5; i += 1) vault.open(sealed, place);
  expect(keys.finds).toBe(1);
});

it('hashes differently for each purpose and always the same', async () => {
  const hash = await KeyedHash.open(keys);
  expect(hash.hash('login', 'a')).toMatch(/^[\w-]{43}$/);
  expect(hash.hash('login', 'a')).toBe(hash.hash('login', 'a'));
  expect(hash.hash('login', 'a')).not.toBe(hash.hash('email', 'a'));
  expect(hash.hash('login', 'a')).not.toBe(hash.hash('login', 'b'));
});

describe('with keys on a server', () => {
  const MINUTE_MS = 60_000;

  class ServerKeys extends KeyStore {
    state: 'there' | 'away' | 'silent' = 'there';
    obtain(): DataKey {
      return dataKey(1);
    }
    async find(): Promise<DataKey> {
      if (this.state === 'away') throw new StoreUnavailable('away');
      if (this.state === 'silent') await new Promise(() => undefined);
      return dataKey(1);
    }
    async destroy(): Promise<boolean> {
      return true;
    }
  }

  const later = (ms: number): void => {
    const now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => now + ms);
  };
  afterEach(() => jest.restoreAllMocks());

  it.each(['away', 'silent'] as const)('a text opens while it is %s, by a key used lately', async (state) => {
    const server = new ServerKeys();
    const one = new Vault(server);
    const sealed = one.seal(dataKey(1), place, 'text');
    expect(await one.open(sealed, place)).toBe('text');
    server.state = state;
    later(10 * MINUTE_MS);
    expect(await one.open(sealed, place)).toBe('text');
  });

  it('a key that was used long ago, or never here, is not good enough', async () => {
    const server = new ServerKeys();
    const one = new Vault(server);
    const sealed = one.seal(dataKey(1), place, 'text');
    server.state = 'away';
    await expect(one.open(sealed, place)).rejects.toThrow(StoreUnavailable);
    server.state = 'there';
    await one.open(sealed, place);
    server.state = 'away';
    later(20 * MINUTE_MS);
    await expect(one.open(sealed, place)).rejects.toThrow(StoreUnavailable);
  });
});
