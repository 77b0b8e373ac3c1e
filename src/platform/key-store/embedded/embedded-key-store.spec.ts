import fs, { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemIds } from '../../kernel/ids.js';
import { MasterKey } from '../../security/master-key.js';
import { EmbeddedKeyStore } from './embedded-key-store.js';
import { openEntries } from './key-environment.js';

let folder: string;
const master = MasterKey.generate();
const open = (key = master): Promise<EmbeddedKeyStore> => EmbeddedKeyStore.open(folder, key, new SystemIds());
const bytesOnDisk = (): Buffer =>
  Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

async function wrappedBytes(id: string): Promise<Buffer> {
  const entries = openEntries(join(folder, 'keys.mdb'));
  const stored = entries.get(`k:${id}`) as { wrapped: Buffer };
  const copy = Buffer.from(stored.wrapped);
  await entries.close();
  return copy;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kf-embedded-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('refuses to open under another master key and says so without showing a key', async () => {
  await (await open()).close();
  const other = MasterKey.generate();
  const refusal = await open(other).catch((error: unknown) => error as Error);
  expect(refusal).toMatchObject({ name: 'MasterKeyError', code: 'Mismatch' });
  expect(String(refusal)).not.toContain(other.reveal());
  expect(await EmbeddedKeyStore.matches(folder, other)).toBe(false);
  expect(await EmbeddedKeyStore.matches(folder, master)).toBe(true);
  await (await open()).close();
});

it('never keeps a key in clear', async () => {
  const store = await open();
  const { key } = await store.obtain('lot-1');
  await store.close();
  expect(bytesOnDisk().includes(key)).toBe(false);
});

it('makes keys that are asked for together in a few commits', async () => {
  const store = await open();
  const writing = jest.spyOn(store as unknown as { write(): Promise<void> }, 'write');
  const scopes = Array.from({ length: 300 }, (_, index) => `customer-${index}`);
  const made = await Promise.all(scopes.map((scope) => store.obtain(scope)));
  expect(new Set(made.map(({ id }) => id)).size).toBe(scopes.length);
  expect(writing).toHaveBeenCalledTimes(2);
  await store.close();
  const again = await open();
  expect(await Promise.all(scopes.map((scope) => again.obtain(scope)))).toEqual(made);
  await again.close();
});

it('makes none of the keys of a commit that fails, and goes on', async () => {
  const store = await open();
  const writing = jest.spyOn(store as unknown as { write(): Promise<void> }, 'write');
  writing.mockRejectedValueOnce(new Error('full'));
  const failed = await Promise.allSettled(['a', 'b'].map(async (scope) => store.obtain(scope)));
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await Promise.all(['a', 'b'].map((scope) => store.obtain(scope)))).length).toBe(2);
  await store.close();
});

it('leaves nothing of a destroyed key on the disk', async () => {
  const store = await open();
  for (let i = 0; i < 50; i += 1) await store.obtain(`lot-${i}`);
  const doomed = await store.obtain('lot-25');
  await store.close();
  const wrapped = await wrappedBytes(doomed.id);
  expect(bytesOnDisk().includes(wrapped)).toBe(true);

  const again = await open();
  await again.destroy('lot-25');
  await again.close();
  const left = bytesOnDisk();
  expect(left.includes(wrapped)).toBe(false);
  expect(left.includes(wrapped.subarray(0, 16))).toBe(false);
  expect(left.includes(Buffer.from(doomed.id))).toBe(false);
});

it('finishes an erasure that a crash cut off after the deletion', async () => {
  const store = await open();
  const doomed = await store.obtain('lot-1');
  const kept = await store.obtain('lot-2');
  await store.close();
  const wrapped = await wrappedBytes(doomed.id);
  const entries = openEntries(join(folder, 'keys.mdb'));
  await entries.transaction(() => {
    entries.remove('s:lot-1');
    entries.remove(`k:${doomed.id}`);
    entries.put('purge', true);
  });
  await entries.close();
  copyFileSync(join(folder, 'keys.mdb'), join(folder, 'keys.copy.mdb'));

  const again = await open();
  expect(await again.find(kept.id)).toEqual(kept);
  expect(await again.find(doomed.id)).toBeNull();
  await again.close();
  expect(bytesOnDisk().includes(wrapped)).toBe(false);
});

it('rotates the master key: same data keys, old master refused, old wrappings gone', async () => {
  const store = await open();
  const made = await Promise.all(['a', 'b', 'c'].map(async (scope) => store.obtain(scope)));
  await store.close();
  const before = await wrappedBytes(made[0]!.id);

  const next = MasterKey.generate();
  const rotating = await open();
  expect(await rotating.rewrap(next)).toBe(3);
  expect(await rotating.find(made[1]!.id)).toEqual(made[1]);
  await rotating.obtain('after the rotation');
  await rotating.close();

  expect(bytesOnDisk().includes(before)).toBe(false);
  await expect(open()).rejects.toMatchObject({ code: 'Mismatch' });
  const rotated = await open(next);
  expect(await Promise.all(['a', 'b', 'c'].map(async (scope) => rotated.obtain(scope)))).toEqual(made);
  await rotated.close();
});

it('reads what is asked for while the master key changes', async () => {
  const store = await open();
  const made = await store.obtain('lot-1');
  const { renameSync } = fs;
  const asked: unknown[] = [];
  jest.spyOn(fs, 'renameSync').mockImplementationOnce((...paths) => {
    renameSync(...paths);
    asked.push(store.find(made.id), store.obtain('lot-1'));
  });
  await store.rewrap(MasterKey.generate());
  expect(await Promise.all(asked)).toEqual([made, made]);
  jest.restoreAllMocks();
  await store.close();
});

describe('when the file cannot be replaced', () => {
  const next = MasterKey.generate();
  const { renameSync } = fs;
  afterEach(() => jest.restoreAllMocks());

  const failOnce = (rename: typeof renameSync): void => {
    jest.spyOn(fs, 'renameSync').mockImplementationOnce((...paths) => {
      rename(...paths);
      throw new Error('the disk is gone');
    });
  };

  it.each([
    ['before, the old file stays in use', () => undefined, master],
    ['afterwards, the new file is in use', renameSync, next],
  ])('%s, and no key is lost', async (_when, rename, inForce) => {
    const store = await open();
    const made = await store.obtain('lot-1');
    failOnce(rename);
    await expect(store.rewrap(next)).rejects.toThrow('the disk is gone');
    expect(await store.find(made.id)).toEqual(made);
    const later = await store.obtain('lot-2');
    await store.close();
    const again = await open(inForce);
    expect([await again.obtain('lot-1'), await again.obtain('lot-2')]).toEqual([made, later]);
    expect(await again.rewrap(MasterKey.generate())).toBe(2);
    await again.close();
  });

  it('a destroyed key is gone all the same, and the next destruction leaves nothing of it', async () => {
    const store = await open();
    const doomed = await store.obtain('customer-1');
    await store.obtain('customer-2');
    failOnce(() => undefined);
    await expect(store.destroy('customer-1')).rejects.toThrow('the disk is gone');
    expect(await store.find(doomed.id)).toBeNull();
    expect(await store.destroy('customer-1')).toBe(false);
    await store.close();
    expect(bytesOnDisk().includes(Buffer.from(doomed.id))).toBe(false);
  });
});
