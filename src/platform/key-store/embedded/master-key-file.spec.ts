import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemIds } from '../../kernel/ids.js';
import { KeyedHash } from '../../security/keyed-hash.js';
import { MasterKey } from '../../security/master-key.js';
import { openMasterKey, rotateMasterKey } from '../../security/master-key-file.js';
import { EmbeddedKeyStore } from './embedded-key-store.js';

let dataDir: string;
const keys = (): string => join(dataDir, 'keys');
const openKey = (production = false, configured: Buffer | null = null): Promise<MasterKey> =>
  openMasterKey({ configured, dataDir, production }, (key) => EmbeddedKeyStore.matches(keys(), key));
const openStore = (key: MasterKey): Promise<EmbeddedKeyStore> =>
  EmbeddedKeyStore.open(keys(), key, new SystemIds());

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'kf-master-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('opening the master key', () => {
  it('makes one at the first start, readable by the owner alone, and finds it again', async () => {
    const made = await openKey();
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
    expect((await openKey()).equals(made)).toBe(true);
  });

  it('refuses production without a given key, and names the setting', async () => {
    await expect(openKey(true)).rejects.toMatchObject({
      code: 'Missing',
      message: expect.stringContaining('KEYFORGE_MASTER_KEY'),
    });
    expect(existsSync(join(dataDir, 'master.key'))).toBe(false);
  });

  it.each([true, false])(
    'is not kept from starting by a file that a crash cut short (key there: %p)',
    async (there) => {
      if (there) await openKey();
      writeFileSync(join(dataDir, 'master.key.next'), 'ab12');
      const key = await openKey();
      expect((await openKey()).equals(key)).toBe(true);
    },
  );

  it('prefers the configured key', async () => {
    await openKey();
    expect((await openKey(true, Buffer.alloc(32, 9))).equals(new MasterKey(Buffer.alloc(32, 9)))).toBe(true);
  });
});

describe('rotating the master key', () => {
  it('keeps every data key and every stored hash', async () => {
    const old = await openKey();
    const store = await openStore(old);
    const lot = await store.obtain('lot-1');
    const login = (await KeyedHash.open(store)).hash('login', 'paynet');
    const next = MasterKey.generate();
    expect(await rotateMasterKey(dataDir, store, next)).toBe(2);
    await store.close();

    const found = await openKey();
    expect(found.equals(next)).toBe(true);
    const reopened = await openStore(found);
    expect(await reopened.find(lot.id)).toEqual(lot);
    expect((await KeyedHash.open(reopened)).hash('login', 'paynet')).toBe(login);
    await reopened.close();
    expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).not.toContain(old.reveal());
  });

  it.each(['before', 'after'])('survives a crash %s the keys were wrapped again', async (when) => {
    const old = await openKey();
    const next = MasterKey.generate();
    const store = await openStore(old);
    await store.obtain('lot-1');
    if (when === 'after') await store.rewrap(next);
    await store.close();
    writeFileSync(join(dataDir, 'master.key.next'), `${next.reveal()}\n`);

    const found = await openKey();
    expect(found.equals(when === 'after' ? next : old)).toBe(true);
    await (await openStore(found)).close();
  });

  it("puts the keys under the operator's own, whatever key files there are, and leaves those alone", async () => {
    const old = await openKey();
    const store = await openStore(old);
    const lot = await store.obtain('lot-1');
    const next = MasterKey.generate();
    writeFileSync(join(dataDir, 'master.key.next'), MasterKey.generate().reveal());
    const files = () =>
      ['master.key', 'master.key.next'].map((name) => readFileSync(join(dataDir, name), 'utf8'));
    const before = files();
    expect(await rotateMasterKey(dataDir, store, next, true)).toBe(1);
    await store.close();
    expect(files()).toEqual(before);
    const reopened = await openStore(next);
    expect(await reopened.find(lot.id)).toEqual(lot);
    await reopened.close();
  });

  it('is not begun while another one is under way, whose key the file gets', async () => {
    const store = await openStore(await openKey());
    const [first, second] = [MasterKey.generate(), MasterKey.generate()];
    const outcomes = await Promise.allSettled([
      rotateMasterKey(dataDir, store, first),
      rotateMasterKey(dataDir, { rewrap: () => Promise.reject(new Error('no space left')) }, second),
    ]);
    await store.close();
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { reason: { message: expect.stringContaining('being changed') } },
    ]);
    expect((await openKey()).equals(first)).toBe(true);
  });

  it('is repeated with the key of one whose outcome nobody was told, which may be in force', async () => {
    const store = await openStore(await openKey());
    const [first, second] = [MasterKey.generate(), MasterKey.generate()];
    const unheard = async (next: MasterKey): Promise<number> => {
      await store.rewrap(next);
      throw new Error('no answer');
    };
    await expect(rotateMasterKey(dataDir, { rewrap: unheard }, first)).rejects.toThrow('no answer');
    const away = { rewrap: () => Promise.reject(new Error('no answer')) };
    await expect(rotateMasterKey(dataDir, away, second)).rejects.toThrow('no answer');
    await store.close();
    await (await openStore(await openKey())).close();
  });
});
