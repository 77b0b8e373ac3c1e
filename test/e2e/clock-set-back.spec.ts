import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 24 * 3_600_000;
const WAIT_MS = 8_000;

const systemNow = Date.now;
let shiftMs = 0;
let app: TestApp;
let admin: Client;
let pkg: number;

beforeAll(async () => {
  Date.now = () => systemNow() + shiftMs;
  const settings = { KEYFORGE_ADMIN_PASSWORD: PASSWORD, RESERVATION_TTL_SECONDS: '1' };
  app = await startTestApp({ bySystemClock: true, settings });
  admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'Game', vendor_id });
  pkg = (await admin.create('/packages', { name_en: 'K', product_id, price: 1 })).id;
  await admin.post('/keys/bulk', { package_id: pkg, keys: [{ key_text: 'A' }, { key_text: 'B' }] });
  await admin.create('/partners', { name: 'Shop', login: 'shop', password: PASSWORD });
}, 30_000);
afterAll(async () => {
  Date.now = systemNow;
  await app.close();
});

async function reserve(): Promise<string> {
  const settings = JSON.stringify({ login: 'shop', password: PASSWORD });
  const query = new URLSearchParams({
    action: '3',
    settings,
    data: JSON.stringify({ package: String(pkg) }),
  });
  return (await new Client(app).get(`/v1/partners/service?${query}`)).body.code;
}

async function reservedAfterAll(): Promise<number> {
  let reserved = 2;
  for (const end = performance.now() + WAIT_MS; reserved > 0 && performance.now() < end; await sleep(50)) {
    await app.settle();
    reserved = (await admin.get(`/keys?package_id=${pkg}&status=2`)).body.pagination.total;
  }
  return reserved;
}

it('reservations end in time whichever way the clock jumps, those from before and those from after', async () => {
  expect(await reserve()).toBe('0');
  shiftMs = -DAY_MS;
  expect(await reserve()).toBe('0');
  expect(await reservedAfterAll()).toBe(0);
  shiftMs = DAY_MS;
  admin = await new Client(app).login('admin', PASSWORD);
  expect(await reserve()).toBe('0');
  shiftMs = 0;
  admin = await new Client(app).login('admin', PASSWORD);
  expect(await reserve()).toBe('0');
  expect(await reservedAfterAll()).toBe(0);
  expect(app.lines.filter((line) => line.includes('the clock was set back'))).toHaveLength(2);
}, 30_000);
