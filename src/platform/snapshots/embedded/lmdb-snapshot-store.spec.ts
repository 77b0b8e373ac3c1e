import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import { open } from 'lmdb';
import { LmdbSnapshotStore } from './lmdb-snapshot-store.js';

const snapshot = (revision: number) => ({
  revision,
  event: `e${revision}`,
  lastAtMs: 1_700_000_000_000,
  state: { held: ['a', 1] },
});

describe('snapshots on LMDB', () => {
  let folder: string;
  let store: LmdbSnapshotStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyforge-snapshots-'));
    store = LmdbSnapshotStore.open(folder);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const reopen = async (between: () => unknown = () => {}): Promise<void> => {
    await store.close();
    await between();
    store = LmdbSnapshotStore.open(folder);
  };

  /** Puts other bytes in the place of the snapshot of the first lot. */
  async function change(to: (bytes: Buffer | undefined) => Buffer): Promise<void> {
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
    const root = open<Buffer, Buffer>({ path: folder, noSubdir: false, ...binary });
    const key = Buffer.from(['kf.lot-1', 1].join('\0'));
    await root.put(key, to(root.get(key)));
    await root.close();
  }

  it('count as not there when a byte of them has changed', async () => {
    store.save('kf.lot-1', 1, snapshot(500));
    await reopen(() =>
      change((bytes) => Buffer.from(bytes!.toString('latin1').replace('500', '900'), 'latin1')),
    );
    expect(store.load('kf.lot-1', 1)).toBeNull();
  });

  it('are found again by stream and state version, the newest of each', async () => {
    store.save('kf.lot-1', 1, snapshot(500));
    store.save('kf.lot-1', 1, snapshot(1000));
    store.save('kf.lot-1', 2, snapshot(7));
    await reopen();
    expect(store.load('kf.lot-1', 1)).toEqual(snapshot(1000));
    expect(store.load('kf.lot-1', 2)).toEqual(snapshot(7));
    expect(store.load('kf.lot-1', 3)).toBeNull();
    expect(store.load('kf.lot-2', 1)).toBeNull();
  });

  it.each(['', 'no json', 'null', '7', '{"revision":"1"}', '{"revision":-1,"lastAtMs":0,"state":{}}'])(
    'count as not there when they read as %j',
    async (text) => {
      const bytes = Buffer.from(`1234${text}`);
      bytes.writeUInt32BE(crc32c(text));
      await reopen(() => change(() => bytes));
      expect(store.load('kf.lot-1', 1)).toBeNull();
      store.save('kf.lot-1', 1, snapshot(3));
      await reopen();
      expect(store.load('kf.lot-1', 1)).toEqual(snapshot(3));
    },
  );

  it.each<[string, (file: string) => void]>([
    ['that holds something else', (file) => writeFileSync(file, 'this is no environment'.repeat(1000))],
    ['whose file has lost its end', (file) => truncateSync(file, 8192)],
    ['whose file is a fragment', (file) => truncateSync(file, 100)],
    ['whose file is empty', (file) => truncateSync(file, 0)],
  ])('start anew in a folder %s', async (_, spoil) => {
    for (let lot = 0; lot < 100; lot += 1) store.save(`kf.lot-${lot}`, 1, snapshot(lot));
    await reopen(() => spoil(join(folder, 'data.mdb')));
    expect(store.load('kf.lot-1', 1)).toBeNull();
    store.save('kf.lot-1', 1, snapshot(4));
    await reopen();
    expect(store.load('kf.lot-1', 1)).toEqual(snapshot(4));
  });

  it('that cannot be saved fail nobody', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    store.save('kf.lot-1', 1, { ...snapshot(3), state: circular });
    expect(store.load('kf.lot-1', 1)).toBeNull();
  });
});
