import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../apis/rest-v2/client.js';
import { Shop } from '../apis/terminal-v1/shop.js';

const PASSWORD = 'an-admin-of-the-removed-log';
/** Between two looks whether the log's file is there. */
const LOOK_MS = 1_000;

it('a server whose log was removed under it sells nothing more, says so, and is not ready', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyforge-removed-'));
  const shop = await Shop.open({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD, DATA_DIR: directory } });
  const admin = await new Client(shop.app).login('admin', PASSWORD);
  const packageId = String((await shop.stocked(3)).publicId);
  const terminal = await shop.terminal();
  const buy = (order: string) => terminal.call(6, { package: packageId, order });
  const ready = async () => {
    const { statusCode, body } = await shop.app.adapter.inject({ method: 'GET', url: '/readyz' });
    return [statusCode, JSON.parse(body).checks.store];
  };
  expect(await buy('before')).toMatchObject({ code: '0' });
  await shop.app.settle();
  expect(await ready()).toEqual([200, 'ok']);

  rmSync(join(directory, 'log', 'data.mdb'));
  await sleep(LOOK_MS + 100);
  expect(await buy('afterwards')).toMatchObject({ code: '6-9' });
  expect(await terminal.call(3, { package: packageId })).toMatchObject({ code: '3-5' });
  expect(await admin.post('/suppliers', { name: 'Lost' })).toMatchObject({
    status: 503,
    body: { error: 'The service is not available; nothing was changed' },
  });
  expect(await ready()).toEqual([503, 'was removed']);
  const said = shop.app.lines.filter((line) => line.includes('the log was removed under this process'));
  expect(said).toHaveLength(1);
  await shop.app.close();
  rmSync(directory, { recursive: true });
});
