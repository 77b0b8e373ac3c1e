import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { IndexFollower } from '../../src/platform/indexes/index-follower.js';
import { PendingWarningsIndex } from '../../src/processes/webhook-warnings/pending-warnings.index.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { MemoryIndexStorage } from '../support/memory-index-storage.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 24 * 3_600_000;
const WAIT_MS = 15_000;
const ADDRESS = 'c4n4ry.owner@shop.example';

let app: TestApp;
let admin: Client;
let base: string;
let pkg: number;
let orders = 0;
let answer = 500;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(answer).end();
});

async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !(await isThere()); ) {
    if (performance.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function buy(login: string): Promise<void> {
  orders += 1;
  const settings = JSON.stringify({ login, password: PASSWORD });
  const query = new URLSearchParams({
    ...{ action: '6', settings },
    data: JSON.stringify({ package: String(pkg), order: `O-${orders}` }),
  });
  const { body } = await new Client(app).get(`/v1/partners/service?${query}`);
  expect(body.code).toBe('0');
  await app.settle();
}

/** A partner with an endpoint. */
async function partnerWith(login: string, fields: object) {
  const { id } = await admin.create('/partners', { name: login, login, password: PASSWORD, ...fields });
  const hook = { url: `${base}/s3cret?token=s3cret`, event_types: ['order.confirmed'] };
  const { id: wid } = await admin.create(`/partners/${id}/webhooks`, hook);
  const path = `/partners/${id}/webhooks/${wid}`;
  return { id, wid, path, endpoint: async () => (await admin.get(path)).body.data };
}

/** Pages of the mailbox are for this machine alone. */
const page = async (path: string): Promise<string> => {
  const headers = { host: 'localhost:3000' };
  const { body } = await app.adapter.getInstance<FastifyInstance>().inject({ url: path, headers });
  return body;
};
const mailed = async (): Promise<string[]> =>
  [...(await page('/dev/mailbox')).matchAll(/href="(\/dev\/mailbox\/[^"]+webhook-[^"]+)"/g)].map(
    ([, link]) => link!,
  );

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { KEYFORGE_ADMIN_PASSWORD: PASSWORD, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32' };
  app = await startTestApp({ settings });
  admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'P', vendor_id });
  pkg = (await admin.create('/packages', { name_en: 'K', product_id, price: 1 })).id;
  const keys = Array.from({ length: 20 }, (_, n) => ({ key_text: `WARN-KEY-${n}` }));
  await admin.post('/keys/bulk', { package_id: pkg, keys });
});
afterAll(async () => {
  await app.close();
  server.closeAllConnections();
  server.close();
});

it('a partner whose endpoint failed for five days is told by mail, once and in its language', async () => {
  const { endpoint, path, wid } = await partnerWith('shop', { email: ADDRESS, language: 'ru' });
  const failing = async (): Promise<string | undefined> =>
    /^keyforge_webhooks_failing (.*)$/m.exec(await page('/metrics'))?.[1];
  expect(await failing()).toBe('0');
  await buy('shop');
  await until(async () => (await endpoint()).failing_since !== null);
  expect(await failing()).toBe('1');
  app.clock.advance(5 * DAY_MS);
  // The session of before has ended.
  admin = await new Client(app).login('admin', PASSWORD);
  await buy('shop');
  await until(async () => (await endpoint()).warning?.status === 'sent');
  expect(await endpoint()).toMatchObject({
    ...{ status: 'disabled', disabled_because: 'failing' },
    warning: { status: 'sent', attempts: 1, last_error_code: null, retry_at: null },
  });
  const [link, ...others] = await mailed();
  expect(others).toEqual([]);
  const message = (await page(link!)) + (await page(`${link}/html`));
  for (const part of [ADDRESS, 'Ваш вебхук отключён', base, `>${wid}<`]) expect(message).toContain(part);
  expect(message).not.toContain('s3cret');
  const queues = (await admin.get('/queues')).body.data;
  expect(queues).toContainEqual(expect.objectContaining({ name: 'webhook-warnings' }));

  // Switched on and failing once more: told once more, of that.
  await admin.put(path, { enabled: true });
  expect((await endpoint()).warning).toBeNull();
  answer = 410;
  await buy('shop');
  await until(async () => (await endpoint()).warning?.status === 'sent');
  expect((await mailed()).length).toBe(2);
});

it('whoever has no address is not told, and the staff sees that', async () => {
  answer = 410;
  const { wid, endpoint, id } = await partnerWith('silent', {});
  await buy('silent');
  await until(async () => (await endpoint()).warning?.status === 'failed');
  const listed = (await admin.get('/webhooks?status=disabled')).body.data;
  expect(listed).toContainEqual(
    expect.objectContaining({
      ...{ id: wid, partner_id: id },
      warning: { status: 'failed', attempts: 1, last_error_code: 'no_address', retry_at: null },
    }),
  );
});

it('one that the partner switched off itself is no news to it', async () => {
  const { path, endpoint } = await partnerWith('own', { support_email: 'help@own.example' });
  await admin.put(path, { enabled: false });
  expect(await endpoint()).toMatchObject({ disabled_because: 'asked', warning: null });
});

it('the address that customers are given is written to where the partner has no other', async () => {
  answer = 410;
  const before = (await mailed()).length;
  const { endpoint } = await partnerWith('public', { support_email: 'help@bücher.example' });
  await buy('public');
  await until(async () => (await endpoint()).warning?.status === 'sent');
  expect((await mailed()).length).toBe(before + 1);
  expect(await page('/dev/mailbox')).toContain('help@xn--bcher-kva.example');
});

it('a rebuild finds nothing to tell of, and no address is in a line of the log or an event in clear', async () => {
  await app.settle();
  const index = new PendingWarningsIndex();
  const follower = new IndexFollower(app.engines.events, new MemoryIndexStorage(), 'kf', [index]);
  await follower.start();
  await follower.reached(await app.engines.events.headPosition());
  await follower.close();
  expect(index.queue.size).toBe(0);
  const stored = await app.engines.events.readAll(0n, 4_096);
  const texts = [...app.lines, ...stored.map(({ data, metadata }) => `${data}${metadata}`)];
  for (const text of texts) expect(text.toLowerCase()).not.toContain('c4n4ry');
});
