import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { takeBackup } from '../../src/composition/backup/take-backup.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { sealedPlace } from '../../src/platform/security/vault.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { openWithBackup } from '../support/backup-vault.js';
import { type SentMail, SlowProvider } from '../support/mail/slow-provider.js';
import { hasRedisServer, RedisServerProcess } from '../support/redis/server-process.js';

const PASSWORD = 'correct horse battery staple';
const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const API_KEY = 'c4n4ry-api-key-0123456789';
const WAIT_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
/** How long the indexes' entries stay in memory before they are written. */
const FLUSH_MS = 1_200;

const master = MasterKey.generate();
const provider = new SlowProvider();
let redis: RedisServerProcess | null = null;
let app: TestApp;
let admin: Client;
let pkg: number;
let partner: number;
let webhookSecret: string;
let orders = 0;
const fastify = (): FastifyInstance => app.adapter.getInstance<FastifyInstance>();

beforeAll(async () => {
  if (hasRedisServer()) redis = await RedisServerProcess.make();
  app = await startTestApp({
    settings: {
      ...{ KEYFORGE_ADMIN_PASSWORD: PASSWORD, KEYFORGE_MASTER_KEY: master.reveal() },
      ...{ RESEND_API_KEY: 're_of_nobody', RESEND_URL: await provider.listen() },
      ...{ RESEND_WEBHOOK_SECRET: SECRET, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32' },
      ...(redis ? { REDIS_URL: redis.url } : {}),
    },
  });
  admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'Game', vendor_id });
  pkg = (await admin.create('/packages', { name_en: 'K', product_id, price: 1 })).id;
  const keys = Array.from({ length: 20 }, (_, n) => ({ key_text: `C4N4-RYKE-YTXT-${n}` }));
  await admin.post('/keys/bulk', { package_id: pkg, keys });
  const shop = { name: 'Shop', login: 'shop', password: PASSWORD, api_key: API_KEY };
  partner = (await admin.create('/partners', shop)).id;
  const hook = { url: 'http://127.0.0.1:9999/', event_types: ['order.refunded'] };
  webhookSecret = (await admin.create(`/partners/${partner}/webhooks`, hook)).secret;
}, 30_000);
afterAll(async () => {
  await app.close();
  provider.close();
  await redis?.dispose();
});

async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !(await isThere()); await sleep(20)) {
    if (performance.now() > end) throw new Error('it did not come');
  }
}

/** Buys with an address. @returns the order's number */
async function buy(email: string, login = 'shop'): Promise<number> {
  orders += 1;
  const settings = JSON.stringify({ login, password: PASSWORD });
  const data = JSON.stringify({ package: String(pkg), order: `O-${orders}`, email });
  const query = new URLSearchParams({ action: '6', settings, data });
  const { body } = await new Client(app).get(`/v1/partners/service?${query}`);
  expect(body.code).toBe('0');
  await app.settle();
  return (await admin.get(`/orders?search=O-${orders}`)).body.data[0].id;
}

const deliveryOf = async (order: number) => {
  await app.settle();
  return (await admin.get(`/orders/${order}`)).body.data.delivery;
};

/** As Resend reports it, without our tags. */
async function report(type: string, messageId: string, data: object = {}): Promise<number> {
  const at = new Date();
  const id = `msg_${type}_${messageId}`;
  const body = { type, created_at: at.toISOString(), data: { email_id: messageId, ...data } };
  const payload = JSON.stringify(body);
  const { statusCode } = await fastify().inject({
    ...{ method: 'POST', url: '/api/webhooks/resend', payload },
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(SECRET).sign(id, at, payload),
    },
  });
  return statusCode;
}

describe('reports without our tags that come before the send has answered', () => {
  it('are applied, in order, as soon as the answer names the message', async () => {
    provider.status = null;
    const email = 'early@example.com';
    const order = await buy(email);
    await until(() => provider.to(email).length === 1);
    expect(await report('email.sent', 'm-early')).toBe(200);
    expect(await report('email.delivered', 'm-early')).toBe(200);
    expect(await report('email.delivered', 'm-early')).toBe(200);
    expect((await deliveryOf(order)).status).toBe('pending');
    provider.answer('m-early');
    await until(async () => (await deliveryOf(order)).status === 'delivered');
    expect(await report('email.opened', 'm-early')).toBe(200);
    expect(await deliveryOf(order)).toMatchObject({ status: 'delivered', attempts: 1 });
  });

  it('suppress an address that bounced at once', async () => {
    const email = 'bounced@example.com';
    const order = await buy(email);
    await until(() => provider.to(email).length === 1);
    await report('email.bounced', 'm-bounced', { bounce: { type: 'Permanent' } });
    provider.answer('m-bounced');
    await until(async () => (await deliveryOf(order)).status === 'bounced');
    const suppressed = (await admin.get('/suppressions')).body.data;
    expect(suppressed).toEqual([expect.objectContaining({ order, reason: 'bounced' })]);
  });

  it('about a message of somebody else change nothing', async () => {
    const email = 'calm@example.com';
    const order = await buy(email);
    await until(() => provider.to(email).length === 1);
    await report('email.bounced', 'm-of-nobody', { bounce: { type: 'Permanent' } });
    provider.answer('m-calm');
    await until(async () => (await deliveryOf(order)).status === 'sent');
  });
});

describe('a warning to a partner', () => {
  const gone = createServer((request, response) => {
    request.resume();
    response.writeHead(410).end();
  });
  const email = 'c4n4ry.owner@example.com';
  let own: number;
  let path: string;
  const warning = async () => (await admin.get(path)).body.data.warning;
  const suppressions = async () =>
    (await admin.get('/suppressions')).body.data.filter(
      (one: { partner_id: number | null }) => one.partner_id,
    );

  beforeAll(async () => {
    gone.listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const fields = { name: 'Own', login: 'own', password: PASSWORD, email };
    own = (await admin.create('/partners', fields)).id;
    const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/`;
    const hook = { url, event_types: ['order.confirmed'] };
    const { id: wid } = await admin.create(`/partners/${own}/webhooks`, hook);
    path = `/partners/${own}/webhooks/${wid}`;
  });
  afterAll(() => {
    gone.closeAllConnections();
    gone.close();
  });

  it('that the provider does not take is mailed later, under the same id', async () => {
    provider.status = 503;
    await buy('', 'own');
    await until(async () => (await warning())?.attempts === 1);
    expect(await warning()).toMatchObject({ status: 'pending', last_error_code: 'resend_503' });
    provider.status = 200;
    app.clock.advance(60_000);
    await until(async () => (await warning()).status === 'sent');
    const sent = provider.to(email);
    expect(sent.map(({ key }) => key)).toEqual([sent[0]!.key, sent[0]!.key]);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('that bounces suppresses the address until an admin lifts that, and both can be seen', async () => {
    const [{ tags }] = provider.to(email) as [SentMail];
    const bounced = (type: string, id: string, to: unknown = [email]) =>
      report('email.bounced', id, { to, tags, bounce: { type } });
    expect(await bounced('Transient', 'w-0')).toBe(200);
    for (const [place, to] of [null, [], [{}], 'nowhere', 'a@b.'.repeat(200)].entries())
      expect(await bounced('Permanent', `w-hostile-${place}`, to)).toBe(200);
    await app.settle();
    expect([(await warning()).status, await suppressions()]).toEqual(['sent', []]);

    expect(await bounced('Permanent', 'w-1')).toBe(200);
    await app.settle();
    const [suppressed, ...others] = await suppressions();
    const told = { address_masked: 'c***@example.com', reason: 'bounced', order: null, partner_id: own };
    expect([suppressed, others]).toEqual([expect.objectContaining(told), []]);
    expect(await warning()).toMatchObject({ status: 'failed', attempts: 2, last_error_code: 'bounced' });

    await admin.put(path, { enabled: true });
    await buy('', 'own');
    await until(async () => (await warning())?.status === 'failed');
    expect(await warning()).toMatchObject({ last_error_code: 'address_suppressed' });
    expect(provider.to(email)).toHaveLength(2);

    expect((await admin.call('DELETE', `/suppressions/${suppressed.id}`)).status).toBe(200);
    expect(await bounced('Permanent', 'w-1')).toBe(200);
    await app.settle();
    expect(await suppressions()).toEqual([]);
  });
});

describe('a customer who is erased while a delivery waits for its next attempt', () => {
  const email = 'c4n4ry.waiting@example.com';
  let order: number;
  let orderId: string;
  let sealed: string;
  const before = mkdtempSync(join(tmpdir(), 'keyforge-backup-'));
  const after = mkdtempSync(join(tmpdir(), 'keyforge-backup-'));
  const dataDir = (): string => dirname(app.engines.embedded!.logDirectory);
  const backup = (folder: string) =>
    takeBackup(
      app.engines.backedUp!,
      { dataDir: dataDir(), streamNamespace: 'kf' },
      join(folder, 'b'),
      () => {},
    );

  beforeAll(async () => {
    provider.status = 503;
    order = await buy(email);
    await until(async () => (await deliveryOf(order))?.retry_at !== null && provider.to(email).length === 1);
    const claimed = (await app.engines.events.readAll(0n, 4_096)).filter(
      ({ type }) => type === 'OrderClaimed',
    );
    orderId = claimed.at(-1)!.stream.slice('kf.order-'.length);
    sealed = JSON.parse(claimed.at(-1)!.data.toString()).email.address;
    await backup(before);
    const erased = await admin.post('/privacy/erasures', { email });
    expect(erased.body.data).toEqual({ erased: true, ended_deliveries: 1 });
    await backup(after);
  });
  afterAll(() => {
    for (const folder of [before, after]) rmSync(folder, { recursive: true });
  });

  it('is not written to any more, and the delivery says why', async () => {
    const ended = { status: 'erased', last_error_code: 'customer_erased', address_masked: null };
    expect(await deliveryOf(order)).toMatchObject(ended);
    provider.status = 200;
    app.clock.advance(2 * DAY_MS);
    admin = await new Client(app).login('admin', PASSWORD);
    const other = await buy('somebody.else@example.com');
    await until(async () => (await deliveryOf(other))?.status === 'sent');
    await app.runtime.processes.runDue();
    expect(provider.to(email)).toHaveLength(1);
    expect(await deliveryOf(order)).toMatchObject(ended);
    const [listed] = (await admin.get('/deliveries?status=erased')).body.data;
    expect(listed).toMatchObject({ order, retry_at: null, address_masked: null });
  });

  it('can be read from a backup of before alone', async () => {
    const place = sealedPlace(`kf.order-${orderId}`, 'email');
    const read = (folder: string) => openWithBackup(join(folder, 'b'), master, sealed, place);
    expect(await read(before)).toBe(email);
    await expect(read(after)).rejects.toMatchObject({ code: 'Erased' });
  });

  it('is in no file, log line, wake-up, export or event, and neither are keys and secrets', async () => {
    const [sent] = provider.to(email);
    const keyText = /C4N4-RYKE-YTXT-\d+/.exec(sent!.text)![0];
    const secrets = [email, keyText, API_KEY, webhookSecret.slice('whsec_'.length)];
    const tellsIn = (text: string | Buffer): boolean => secrets.some((secret) => text.includes(secret));
    await sleep(FLUSH_MS);
    const files = [dataDir(), before, after].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name)),
    );
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter((path) => tellsIn(readFileSync(path)))).toEqual([]);
    expect(app.lines.filter(tellsIn)).toEqual([]);
    const events = await app.engines.events.readAll(0n, 4_096);
    expect(events.filter(({ data, metadata }) => tellsIn(data) || tellsIn(metadata))).toEqual([]);
    if (redis) expect(tellsIn(await redis.dump())).toBe(false);
    const exports = ['/orders/export/csv', `/partners/${partner}/transactions/export/csv`];
    for (const path of exports) {
      const headers = { authorization: `Bearer ${admin.token}` };
      const { statusCode, body } = await fastify().inject({ url: `/api${path}`, headers });
      expect([statusCode, body.includes(`O-${orders}`)]).toEqual([200, true]);
      expect(tellsIn(body)).toBe(false);
    }
  });
});
