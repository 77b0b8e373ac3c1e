import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Shop } from '../../../test/apis/terminal-v1/shop.js';
import { loadSettings } from '../../platform/config/settings.js';
import { operationsOn } from './operations.js';

const KEYS = 3000;

let directory: string;
let path: string;
let shop: Shop;
let packageId: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kf-import-keys-'));
  path = join(directory, 'keys.csv');
  writeFileSync(path, Array.from({ length: KEYS }, (_, index) => `KEY-${index}-WWWW\n`).join(''));
  shop = await Shop.open();
  packageId = String((await shop.stocked(1)).publicId);
});
afterEach(async () => {
  await shop.app.close();
  rmSync(directory, { recursive: true });
});

const importKeys = (signal = new AbortController().signal) =>
  operationsOn(shop.app, loadSettings({ DATA_DIR: directory }))['import-keys'](
    { path, package: packageId },
    () => {},
    signal,
  );

it('an import says what it added once lists and counts have those keys', async () => {
  const said: string[] = [];
  jest.spyOn(shop.app.runtime, 'caughtUp').mockImplementation(async () => {
    await sleep(50);
    said.push('listed');
    return true;
  });
  expect(await importKeys().finally(() => said.push('done'))).toMatchObject({ added: KEYS });
  expect(said).toEqual(['listed', 'done']);
});

it('an import is done though the read models do not follow: an interruption then ends the waiting alone', async () => {
  const hurried = new AbortController();
  const waiting = jest.spyOn(shop.app.runtime, 'caughtUp').mockImplementation(() => {
    hurried.abort();
    return new Promise(() => {});
  });
  expect(await importKeys(hurried.signal)).toMatchObject({ added: KEYS });
  waiting.mockRejectedValue(new Error('the log is away'));
  expect(await importKeys()).toMatchObject({ settledBefore: KEYS });
});
