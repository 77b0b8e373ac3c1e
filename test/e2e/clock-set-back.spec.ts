import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 24 * 3_600_000;
const WAIT_MS = 8_000;
const KEYS = ['A', 'B', 'C', 'D'].map((key_text) => ({ key_text }));

const systemNow = Date.now;
let shiftMs = 0;
let folder: string;
let app: TestApp;
let admin: Client;
let pkg: number;

/** On the embedded engines: the log of a shared one tells nothing about this machine's clock. */
async function start(): Promise<void> {
  const engines = { DATA_DIR: join(folder, 'data'), EVENTSTORE_URL: '', MONGODB_URL: '' };
  const settings = { ...engines, KEYFORGE_ADMIN_PASSWORD: PASSWORD, RESERVATION_TTL_SECONDS: '1' };
  app = await startTestApp({ bySystemClock: true, settings });
  admin = await new Client(app).login('admin', PASSWORD);
}

async function setClock(ms: number): Promise<void> {
  shiftMs = ms;
  admin = await new Client(app).login('admin', PASSWORD);
}

beforeEach(async () => {
  shiftMs = 0;
  Date.now = () => systemNow() + shiftMs;
  folder = mkdtempSync(join(tmpdir(), 'keyforge-clock-'));
  await start();
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'Game', vendor_id });
  pkg = (await admin.create('/packages', { name_en: 'K', product_id, price: 1 })).id;
  await admin.post('/keys/bulk', { package_id: pkg, keys: KEYS });
  await admin.create('/partners', { name: 'Shop', login: 'shop', password: PASSWORD });
}, 60_000);
afterEach(async () => {
  Date.now = systemNow;
  await app.close();
  rmSync(folder, { recursive: true, force: true });
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

async function buy(): Promise<string> {
  const settings = JSON.stringify({ login: 'shop', password: PASSWORD });
  const data = JSON.stringify({ package: String(pkg), order: randomUUID() });
  const query = new URLSearchParams({ action: '6', settings, data });
  return (await new Client(app).get(`/v1/partners/service?${query}`)).body.code;
}

async function reservedAfterAll(): Promise<number> {
  let reserved = 2;
  for (const end = performance.now() + WAIT_MS; reserved > 0 && performance.now() < end; await sleep(50)) {
    await app.settle();
    reserved = (await admin.get(`/keys?package_id=${pkg}&status=2`)).body.pagination.total;
  }
  if (reserved > 0) throw new Error(`${reserved} did not end, and the log says\n${app.lines.join('\n')}`);
  return reserved;
}

const setBacks = (): number => app.lines.filter((line) => line.includes('the clock was set back')).length;

it('reservations end in time whichever way the clock jumps, those from before and those from after', async () => {
  expect(await reserve()).toBe('0');
  await setClock(-DAY_MS);
  expect(await reserve()).toBe('0');
  expect(await reservedAfterAll()).toBe(0);
  await setClock(DAY_MS);
  expect(await reserve()).toBe('0');
  await setClock(0);
  expect(await reserve()).toBe('0');
  expect(await reservedAfterAll()).toBe(0);
  expect(setBacks()).toBe(2);
}, 60_000);

it('reservations end in time when the clock was put right while nothing ran', async () => {
  await setClock(DAY_MS);
  expect(await reserve()).toBe('0');
  await app.close();
  shiftMs = 0;
  await start();
  expect(await reserve()).toBe('0');
  expect(await reservedAfterAll()).toBe(0);
  expect(setBacks()).toBe(1);
}, 60_000);

describe.each([3, 400])('after a clock that was %d days ahead was put right', (days) => {
  const wrong = (): number => app.lines.filter((line) => line.includes('it was wrong')).length;

  it('reservations end in time and sales go on, while the server runs', async () => {
    await setClock(days * DAY_MS);
    expect([await reserve(), await buy()]).toEqual(['0', '0']);
    await setClock(0);
    expect(await reserve()).toBe('0');
    expect(await reservedAfterAll()).toBe(0);
    expect([await buy(), await buy(), wrong()]).toEqual(['0', '0', 1]);
  }, 60_000);

  it('reservations end in time and sales go on, after a restart', async () => {
    await setClock(days * DAY_MS);
    expect([await reserve(), await buy()]).toEqual(['0', '0']);
    await app.close();
    shiftMs = 0;
    await start();
    expect(await reserve()).toBe('0');
    expect(await reservedAfterAll()).toBe(0);
    expect([await buy(), await buy(), wrong()]).toEqual(['0', '0', 1]);
  }, 60_000);
});
