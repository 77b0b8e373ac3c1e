import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmdbIdempotencyStore } from '../../src/platform/idempotency/embedded/lmdb-idempotency-store.js';
import { idempotencyStoreContract } from './idempotency-store.contract.js';

const root = mkdtempSync(join(tmpdir(), 'kf-idempotency-'));
const folder = join(root, 'idempotency');

afterAll(() => rmSync(root, { recursive: true, force: true }));

idempotencyStoreContract('embedded', {
  async open() {
    return LmdbIdempotencyStore.open(folder);
  },
  async wipe() {
    rmSync(folder, { recursive: true, force: true });
  },
});

it('a folder that holds something else is named, and left as it is', () => {
  const other = join(root, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'data.mdb'), 'x'.repeat(10_000));
  expect(() => LmdbIdempotencyStore.open(other)).toThrow(`delete ${other}`);
});
