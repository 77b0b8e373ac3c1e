import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook as Signer } from 'standardwebhooks';
import { startTestApp, type TestApp } from '../../support/app.js';
import { queryString } from '../terminal-v1/transcript.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const EVERYTHING = [
  'order.confirmed',
  'order.cancelled',
  'order.refunded',
  'balance.low',
  'package.back_in_stock',
];
const WAIT_MS = 10_000;

interface Got {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into by the tests themselves.
  readonly body: any;
}

const got: Got[] = [];
/** Status that is answered, by path. */
const statuses = new Map<string, number>();
/** What an answer waits for, by path. */
const held = new Map<string, Promise<unknown>>();
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const path = request.url!;
  got.push({ path, headers: request.headers, text, body: JSON.parse(text) });
  await held.get(path);
  response.writeHead(statuses.get(path) ?? 200).end('said\u0007 <b>this</b>');
});

let app: TestApp;
let admin: Client;
let partner: Client;
let base: string;
let id: number;
let otherId: number;
let pkg: number;
let orders = 0;

const hook = (path: string) => `${base}${path}`;
const at = (path: string, type?: string) =>
  got.filter((one) => one.path === path && (type === undefined || one.body.type === type));

async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await isThere())) {
    if (performance.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function buy(email?: string): Promise<string> {
  orders += 1;
  const order = `W-${orders}`;
  const data = JSON.stringify({ package: String(pkg), order, email });
  const settings = JSON.stringify({ login: 'shop', password: PASSWORD });
  const { body } = await new Client(app).get(
    `/v1/partners/service?${queryString({ action: '6', settings, data } as never)}`,
  );
  expect(body.code).toBe('0');
  await app.settle();
  return order;
}

const create = (path: string, types = EVERYTHING, by = partner) =>
  by.create(`/partners/${id}/webhooks`, { url: hook(path), event_types: types });
const keys = (...texts: string[]) =>
  admin.post('/keys/bulk', { package_id: pkg, keys: texts.map((key_text) => ({ key_text })) });

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { KEYFORGE_ADMIN_PASSWORD: PASSWORD, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32' };
  app = await startTestApp({ settings });
  admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'P', vendor_id });
  pkg = (await admin.create('/packages', { name_en: 'K', product_id, price: 10 })).id;
  await keys(...Array.from({ length: 30 }, (_, n) => `C4N4RY-KEY-TEXT-${n}-XYZ`));
  id = (await admin.create('/partners', { name: 'Shop', login: 'shop', password: PASSWORD })).id;
  otherId = (await admin.create('/partners', { name: 'Other', login: 'other', password: PASSWORD })).id;
  partner = await new Client(app).login('shop', PASSWORD);
});
afterAll(async () => {
  await app.close();
  server.closeAllConnections();
  server.close();
});

it('a sale is told, signed, once, and the feed says the same', async () => {
  const { id: wid, secret, ...view } = await create('/first');
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(view).toMatchObject({ partner_id: id, status: 'enabled', waiting: 0 });
  const order = await buy();
  await until(() => at('/first').length === 1);
  const [{ headers, text, body }] = at('/first') as [Got];
  expect(body).toEqual({
    id: headers['webhook-id'],
    type: 'order.confirmed',
    timestamp: expect.any(String),
    data: {
      ...{ id: expect.any(Number), order_id: order, status: 'confirmed', amount: '10.00', currency: 'AZN' },
      units: [{ package_id: pkg, key_id: expect.any(Number) }],
      confirmed_at: expect.any(String),
    },
  });
  const timestamp = new Date(Number(headers['webhook-timestamp']) * 1_000);
  expect(headers['webhook-signature']).toBe(new Signer(secret).sign(body.id, timestamp, text));
  const feed = (await partner.get('/events')).body.data;
  expect(feed.events).toEqual([body]);
  const list = async () => (await partner.get(`/partners/${id}/webhooks/${wid}/deliveries`)).body.data;
  await until(async () => (await list()).length > 0);
  expect(await list()).toEqual([
    expect.objectContaining({ id: body.id, status: 'delivered', attempts: 1, response: 'said  <b>this</b>' }),
  ]);
});

it('a secret that is changed signs beside the new one', async () => {
  const { id: wid, secret } = await create('/rotated');
  const rotated = await partner.post(`/partners/${id}/webhooks/${wid}/rotate`, { overlap_hours: 1 });
  const next: string = rotated.body.data.secret;
  await buy();
  await until(() => at('/rotated').length === 1);
  const { headers, text, body } = at('/rotated')[0]!;
  const timestamp = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const signatures = [next, secret].map((one) => new Signer(one).sign(body.id, timestamp, text));
  expect(headers['webhook-signature']).toBe(signatures.join(' '));
});

it('a failed message is tried again under its id, and what comes later of its order waits', async () => {
  const { id: wid } = await create('/flaky', ['order.confirmed', 'order.refunded']);
  statuses.set('/flaky', 500);
  const order = await buy();
  await until(() => at('/flaky').length === 1);
  const found = (await admin.get(`/orders?search=${order}`)).body.data[0].id;
  await admin.call('PATCH', `/orders/${found}/status`, { status: 'refunded' });
  await until(async () => (await partner.get(`/partners/${id}/webhooks/${wid}`)).body.data.retrying === 2);
  statuses.delete('/flaky');
  app.clock.advance(6_000);
  await until(() => at('/flaky').length === 3);
  const told = at('/flaky').map(({ body }) => [body.type, body.id]);
  expect(told.map(([type]) => type)).toEqual(['order.confirmed', 'order.confirmed', 'order.refunded']);
  expect(told[0]).toEqual(told[1]);
});

it('410 switches an endpoint off, and enabling it goes on', async () => {
  const { id: wid } = await create('/gone', ['order.confirmed']);
  statuses.set('/gone', 410);
  const first = await buy();
  const state = async () => (await partner.get(`/partners/${id}/webhooks/${wid}`)).body.data;
  await until(async () => (await state()).status === 'disabled');
  await app.settle();
  expect(await state()).toMatchObject({ disabled_because: 'gone', disabled_at: expect.any(String) });
  const order = await buy();
  const listed = await admin.get('/webhooks?status=disabled');
  expect(listed.body.data).toEqual([expect.objectContaining({ id: wid, partner_id: id })]);
  statuses.delete('/gone');
  await partner.put(`/partners/${id}/webhooks/${wid}`, { enabled: true });
  app.clock.advance(6_000);
  const told = (wanted: string) => at('/gone').filter(({ body }) => body.data.order_id === wanted).length;
  await until(() => told(order) === 1 && told(first) === 2);
});

it('messages and ranges are sent again under the same ids', async () => {
  const { id: wid } = await create('/again', ['order.confirmed']);
  await buy();
  await buy();
  await until(() => at('/again').length === 2);
  const ids = at('/again').map(({ body }) => body.id);
  const path = `/partners/${id}/webhooks/${wid}`;
  await until(async () => (await partner.get(`${path}/deliveries`)).body.data.length === 2);
  const one = await partner.post(`${path}/deliveries/${ids[0]}/redeliver`, {});
  expect(one.status).toBe(200);
  await until(() => at('/again').length === 3);
  const from = new Date(app.clock.now() - 60_000).toISOString();
  const to = new Date(app.clock.now() + 1_000).toISOString();
  const { events } = (await partner.get('/events?limit=1000')).body.data;
  const range = await partner.post(`${path}/redeliver`, { from, to });
  expect(range.body.data).toEqual({ events: events.length, resume_from: null });
  const confirmed = events.filter(({ type }: { type: string }) => type === 'order.confirmed');
  await until(() => at('/again').length === 3 + confirmed.length);
  const again = at('/again').slice(3);
  expect(again.map(({ body }) => body.id).sort()).toEqual(
    confirmed.map((event: { id: string }) => event.id).sort(),
  );
});

it('a message that is asked for anew while it is being tried starts its schedule again', async () => {
  const { id: wid } = await create('/hung', ['order.confirmed']);
  statuses.set('/hung', 500);
  await buy();
  const path = `/partners/${id}/webhooks/${wid}/deliveries`;
  const attempts = async () => (await partner.get(path)).body.data[0]?.attempts;
  await until(async () => (await attempts()) === 1);
  let release = (): void => undefined;
  held.set('/hung', new Promise<void>((resolve) => (release = resolve)));
  app.clock.advance(6_000);
  await until(() => at('/hung').length === 2);
  const asked = await partner.post(`${path}/${at('/hung')[0]!.body.id}/redeliver`, {});
  expect(asked.status).toBe(200);
  held.delete('/hung');
  release();
  await until(async () => (await attempts()) === 2);
  app.clock.advance(6_000);
  await until(() => at('/hung').length === 3);
  await partner.call('DELETE', `/partners/${id}/webhooks/${wid}`);
});

it('a balance that falls below its threshold is told once, and again after it was above', async () => {
  await create('/low', ['balance.low']);
  const topUp = (amount: string, reference: string) =>
    admin.post(`/partners/${id}/balances/topup`, { currency: 'AZN', amount, reference });
  await topUp('1000.00', 'A');
  const [{ available }] = (await admin.get(`/partners/${id}/balances`)).body.data;
  const threshold = String(Number(available) - 5);
  await admin.put(`/partners/${id}`, { balance_alert_below: { AZN: threshold } });
  await buy();
  await until(() => at('/low').length === 1);
  expect(at('/low')[0]!.body.data).toMatchObject({ currency: 'AZN' });
  await buy();
  await topUp('100.00', 'B');
  for (let n = 0; n < 10; n += 1) await buy();
  await until(() => at('/low').length === 2);
});

it('a package that has keys again is told to those who may buy it', async () => {
  const { id: product_id } = await admin.create('/products', { name_en: 'Rare', vendor_id: 1 });
  const rare = (await admin.create('/packages', { name_en: 'R', product_id, price: 1 })).id;
  await create('/stock', ['package.back_in_stock']);
  const theirs = await admin.create(`/partners/${otherId}/webhooks`, {
    ...{ url: hook('/theirs'), event_types: ['package.back_in_stock'] },
  });
  expect(theirs.partner_id).toBe(otherId);
  await admin.put(`/partners/${otherId}/access`, { all_products: false, product_ids: [] });
  const key = await admin.create('/keys', { package_id: rare, key_text: 'RARE-KEY-0000-XYZW' });
  await admin.call('DELETE', `/keys/${key.id}`);
  await until(async () => (await admin.get(`/packages/${rare}`)).body.data.status === 0);
  await admin.post('/keys/bulk', { package_id: rare, keys: [{ key_text: 'RARE-KEY-0001-XYZW' }] });
  await until(() => at('/stock').length === 1);
  expect(at('/stock')[0]!.body.data).toEqual({ package_id: rare });
  expect(at('/theirs')).toEqual([]);
});

it("an order's e-mail is told of, without the address", async () => {
  await create('/mail', ['delivery.updated']);
  await buy('c4n4ry.customer@example.com');
  await until(() => at('/mail').length > 0);
  const data = { order_number: expect.any(Number), send: 1, status: expect.any(String) };
  expect(at('/mail')[0]!.body.data).toEqual(data);
  expect(got.map(({ text }) => text).join()).not.toContain('c4n4ry.customer');
});

it('a test event tells at once what the endpoint says', async () => {
  const { id: wid } = await create('/test', ['balance.low']);
  const { body } = await partner.post(`/partners/${id}/webhooks/${wid}/test`, {});
  expect(body.data).toMatchObject({ delivered: true, response_status: 200, failure: null });
  expect(at('/test').map((one) => one.body.type)).toEqual(['webhook.test']);
  const gone = await partner.call('DELETE', `/partners/${id}/webhooks/${wid}`);
  expect(gone.status).toBe(200);
  expect((await partner.get(`/partners/${id}/webhooks/${wid}`)).status).toBe(404);
});

it('the feed is gapless and in order, page by page, and nobody else reads it', async () => {
  const whole = (await partner.get('/events?limit=1000')).body.data.events;
  const paged: unknown[] = [];
  let after = '';
  for (;;) {
    const { events, next, has_more } = (await partner.get(`/events?limit=3${after}`)).body.data;
    paged.push(...events);
    after = `&after=${next}`;
    if (!has_more) break;
  }
  expect(paged).toEqual(whole);
  expect(whole.length).toBeGreaterThan(10);
  expect(new Set(whole.map((event: { id: string }) => event.id)).size).toBe(whole.length);
  const other = await new Client(app).login('other', PASSWORD);
  expect((await other.get(`/events?limit=3${after}`)).status).toBe(400);
  expect((await other.get(`/events?partner_id=${id}`)).status).toBe(404);
  expect((await admin.get(`/events?limit=1000&partner_id=${id}`)).body.data.events).toEqual(whole);
  expect((await admin.get('/events')).status).toBe(400);
});

it.each([
  ['http://localhost:8080/', 'unresolvable'],
  ['http://10.0.0.1/', 'private-address'],
  ['http://user:pass@127.0.0.1/', 'userinfo'],
  ['ftp://127.0.0.1/', 'scheme'],
])('%s cannot be registered: %s', async (url, problem) => {
  const { status, body } = await partner.post(`/partners/${id}/webhooks`, {
    url,
    event_types: ['balance.low'],
  });
  expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(problem)]);
});

it.each([
  ['post', '/rotate', { overlap_hours: '24' }, 'overlap_hours must be an integer number'],
  ['post', '/rotate', { overlap_hours: 169 }, 'overlap_hours must not be greater than 168'],
  ['post', '/redeliver', { from: 1, to: 2 }, 'from must be a string; to must be a string'],
  [
    ...(['post', '/redeliver'] as const),
    { from: '2026-02-30T00:00:00Z', to: '2026-03-01T00:00:00Z' },
    'from: there is no such time',
  ],
  ['put', '', { enabled: 'no' }, 'enabled must be a boolean value'],
] as const)('%s %s of %j says what it has to be', async (method, path, sent, error) => {
  const wid = (await partner.get(`/partners/${id}/webhooks`)).body.data[0].id;
  const { status, body } = await partner[method](`/partners/${id}/webhooks/${wid}${path}`, sent);
  expect([status, body]).toEqual([400, { success: false, error }]);
});

it('the staff sees the endpoints of all partners, in the order asked for', async () => {
  const ids = async (query: string) =>
    (await admin.get(`/webhooks?limit=100${query}`)).body.data.map((one: { id: number }) => one.id);
  const ascending = await ids('');
  expect(ascending.length).toBeGreaterThan(1);
  expect(await ids('&sort=-id')).toEqual(ascending.toReversed());
  expect((await admin.get('/webhooks?sort=url')).status).toBe(400);
  expect((await partner.get('/webhooks')).status).toBe(403);
});

it('nothing secret was told, logged or stored in clear', async () => {
  const { secret } = await create('/secret', ['balance.low']);
  const log = JSON.stringify((await admin.get('/audit/events?limit=100')).body);
  expect(log).not.toContain(secret);
  const told = got.map(({ text }) => text).join('\n');
  expect(told).not.toContain('C4N4RY-KEY-TEXT');
  expect(app.lines.join('\n')).not.toContain('C4N4RY-KEY-TEXT');
  expect(app.lines.join('\n')).not.toContain(secret);
  const stored = await app.engines.events.readAll(0n, 4_000);
  const bytes = stored.map(({ data }) => data.toString('utf8')).join('\n');
  expect(bytes).toContain('eventTypes');
  expect(bytes).not.toContain(secret.slice('whsec_'.length));
  expect(bytes).not.toContain('<b>this</b>');
});

it('a deleted partner is told nothing, whoever asks for it', async () => {
  const { id: gone } = await admin.create('/partners', { name: 'Gone', login: 'gone', password: PASSWORD });
  const fields = { url: hook('/deleted'), event_types: ['package.back_in_stock'] };
  const { id: wid } = await admin.create(`/partners/${gone}/webhooks`, fields);
  const { id: product_id } = await admin.create('/products', { name_en: 'Scarce', vendor_id: 1 });
  const scarce = (await admin.create('/packages', { name_en: 'S', product_id, price: 1 })).id;
  const key = await admin.create('/keys', { package_id: scarce, key_text: 'SCARCE-KEY-0000-XYZW' });
  await admin.call('DELETE', `/keys/${key.id}`);
  await until(async () => (await admin.get(`/packages/${scarce}`)).body.data.status === 0);
  await admin.create('/keys', { package_id: scarce, key_text: 'SCARCE-KEY-0001-XYZW' });
  await until(() => at('/deleted').length === 1);
  await app.settle();
  await admin.call('DELETE', `/partners/${gone}`);
  const path = `/partners/${gone}/webhooks/${wid}`;
  const range = { from: '2020-01-01T00:00:00Z', to: '2035-01-01T00:00:00Z' };
  const asked = [
    await admin.post(`${path}/test`, {}),
    await admin.post(`${path}/deliveries/${at('/deleted')[0]!.body.id}/redeliver`, {}),
    await admin.post(`${path}/redeliver`, range),
  ];
  expect(asked.map(({ status }) => status)).toEqual([404, 404, 404]);
  expect(at('/deleted')).toHaveLength(1);
});

it('five days of failures switch an endpoint off, which is logged', async () => {
  const { id: wid } = await create('/dead', ['order.confirmed']);
  statuses.set('/dead', 503);
  await buy();
  await until(() => at('/dead').length === 1);
  const ask = async (path: string) => {
    // Sessions do not last for days.
    const again = await new Client(app).login('shop', PASSWORD);
    return (await again.get(`/partners/${id}/webhooks/${wid}${path}`)).body.data;
  };
  const attempts = async () => (await ask('/deliveries'))[0]?.attempts;
  await until(async () => (await attempts()) === 1);
  for (let attempt = 2; attempt <= 8; attempt += 1) {
    app.clock.advance(11 * 3_600_000 + 1_000);
    await until(async () => (await attempts()) === attempt);
  }
  app.clock.advance(5 * 24 * 3_600_000);
  await buy();
  await until(async () => (await ask('')).status === 'disabled');
  expect(at('/dead')).toHaveLength(9);
  expect(app.lines.join('\n')).toContain('a webhook was switched off');
});
