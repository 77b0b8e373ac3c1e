import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';
const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const WAIT_MS = 10_000;
/** A part by which customers and keys are known again, however they are written. */
const TRACE = 'c4n4ry';

let app: TestApp;
let admin: Client;
let packageId: number;
const fastify = (): FastifyInstance => app.adapter.getInstance<FastifyInstance>();

beforeAll(async () => {
  app = await startTestApp({
    settings: {
      KEYFORGE_ADMIN_PASSWORD: PASSWORD,
      RESEND_WEBHOOK_SECRET: SECRET,
      PUBLIC_URL: 'https://k.example',
    },
  });
  admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'Supplier' });
  const product = await admin.create('/products', {
    ...{ name_en: 'Game <b>', name_ru: 'Игра', vendor_id },
    ...{ image_url: '/uploads/game.png', instructions_ru: 'Шаг 1\nШаг 2' },
  });
  const pkg = await admin.create('/packages', { name_en: 'Key', product_id: product.id, price: 10 });
  packageId = pkg.id;
  const keys = Array.from({ length: 40 }, (_, n) => ({
    key_text: `C4N4RY-KEY-${n}`,
    serial_number: `SN-${n}`,
  }));
  await admin.post('/keys/bulk', { package_id: packageId, keys });
  await admin.create('/partners', {
    ...{ name: 'Kiosk', login: 'kiosk', password: PASSWORD },
    ...{ support_email: 'help@kiosk.example', logo_url: 'https://kiosk.example/logo.png' },
  });
}, 30_000);
afterAll(() => app.close());

let orders = 0;

/** Buys as a terminal; the order is on its way to the address. */
async function buy(email: string, lang = 'ru', order = `O-${++orders}`) {
  const settings = JSON.stringify({ login: 'kiosk', password: PASSWORD });
  const data = JSON.stringify({ package: String(packageId), order, email, lang });
  const query = new URLSearchParams({ action: '6', settings, data });
  const { body } = await new Client(app).get(`/v1/partners/service?${query}`);
  await app.settle();
  const listed = await admin.get(`/orders?search=${order}`);
  return {
    code: body.code as string,
    keyText: body.data?.keyText as string,
    id: listed.body.data[0].id as number,
  };
}

const deliveryOf = async (id: number) => {
  await app.settle();
  return (await admin.get(`/orders/${id}`)).body.data.delivery;
};

async function untilStatus(id: number, ...statuses: string[]) {
  for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs; await sleep(20)) {
    const delivery = await deliveryOf(id);
    if (statuses.includes(delivery?.status)) return delivery;
  }
  throw new Error(`the delivery is ${JSON.stringify(await deliveryOf(id))}`);
}

const page = (path: string, headers: object = {}) =>
  fastify().inject({ method: 'GET', url: path, headers: { host: 'localhost:3000', ...headers } });

let reports = 0;

/** A webhook as Resend signs it. */
function report(body: unknown, { id = `msg_${++reports}`, at = new Date(), secret = SECRET } = {}) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return fastify().inject({
    method: 'POST',
    url: '/api/webhooks/resend',
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(secret).sign(id, at, payload),
    },
    payload,
  });
}

/** The mailbox's name for the message, which is also how it is tagged. */
async function tagsOf(subjectPart: string) {
  const { body } = await page('/dev/mailbox');
  const rows = [...body.matchAll(/<td>([^<]*)<\/td><td><a href="\/dev\/mailbox\/([^"]+)"/g)];
  const [, , id] = rows.find(([, to]) => to === subjectPart)!;
  const [order, send] = id!.split('.');
  return { order: order!, send: send! };
}
const event = (type: string, tags: object, data: object = {}) => ({
  type,
  created_at: new Date().toISOString(),
  data: { email_id: 'm-1', tags, ...data },
});

describe('an order with an address', () => {
  it('is mailed in its language, and shown with what became of it', async () => {
    const sold = await buy('c4n4ry.one@example.com');
    expect(sold.code).toBe('0');
    expect(await untilStatus(sold.id, 'sent')).toMatchObject({
      attempts: 1,
      last_error_code: null,
      address_masked: 'c***@example.com',
    });
    const { order, send } = await tagsOf('c4n4ry.one@example.com');
    const { body, headers } = await page(`/dev/mailbox/${order}.${send}/html`);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    for (const part of [
      sold.keyText,
      'Игра',
      'https://k.example/uploads/game.png',
      'Шаг 2',
      'help@kiosk.example',
    ]) {
      expect(body).toContain(part);
    }
    const listed = await admin.get('/deliveries?status=sent&limit=100');
    expect(listed.body.data.map((one: { order: number }) => one.order)).toContain(sold.id);
  });

  it('is mailed once more on request, to another address too', async () => {
    const sold = await buy('c4n4ry.two@example.com');
    await untilStatus(sold.id, 'sent');
    const bad = await admin.post(`/orders/${sold.id}/resend`, { email: 'nobody' });
    expect([bad.status, bad.body.error]).toEqual([400, 'email: must be an e-mail address']);
    const again = await admin.post(`/orders/${sold.id}/resend`, { email: 'other@example.org' });
    expect(again.status).toBe(200);
    expect(await untilStatus(sold.id, 'sent')).toMatchObject({ address_masked: 'o***@example.org' });
    const { body } = await admin.get('/deliveries?limit=100');
    expect(body.data.find((one: { order: number }) => one.order === sold.id).sends).toBe(2);
  });

  it('is not mailed when it was undone before', async () => {
    const none = await buy('');
    expect(await deliveryOf(none.id)).toBeNull();
    expect((await admin.post(`/orders/${none.id}/resend`, {})).body.error).toContain('has no address');
    await admin.call('PATCH', `/orders/${none.id}/status`, { status: 'refunded' });
    expect((await admin.post(`/orders/${none.id}/resend`, { email: 'a@b.az' })).status).toBe(409);
  });
});

describe("Resend's reports", () => {
  it('move a delivery forward and never back, each once', async () => {
    const { id } = await buy('c4n4ry.three@example.com');
    await untilStatus(id, 'sent');
    const tags = await tagsOf('c4n4ry.three@example.com');
    const delivered = { id: 'msg_once' };
    expect((await report(event('email.opened', tags))).statusCode).toBe(200);
    expect((await deliveryOf(id)).status).toBe('opened');
    await report(
      event('email.delivered', [
        { name: 'order', value: tags.order },
        { name: 'send', value: '1' },
      ]),
      delivered,
    );
    expect((await deliveryOf(id)).status).toBe('delivered');
    const { updated_at: before } = await deliveryOf(id);
    await report(event('email.opened', tags));
    await report(event('email.sent', tags));
    await report(event('email.complained', tags), delivered);
    expect(await deliveryOf(id)).toMatchObject({ status: 'delivered', updated_at: before });
    await report(event('email.delivery_delayed', tags));
    expect((await report(event('email.delivered', { order: 'nobodys', send: '1' }))).statusCode).toBe(200);
  });

  it('are refused without a good signature, in time, and whatever is in them', async () => {
    const other = `whsec_${Buffer.from('another secret of ours 24').toString('base64')}`;
    const old = new Date(Date.now() - 6 * 60_000);
    const good = event('email.delivered', {});
    expect((await report(good, { secret: other })).statusCode).toBe(401);
    expect((await report(good, { at: old })).statusCode).toBe(401);
    expect((await report('{')).statusCode).toBe(400);
    const huge = await report({ ...good, more: 'x'.repeat(300 * 1024) });
    expect([huge.statusCode, huge.headers.connection]).toEqual([413, 'close']);
    const bodies = [
      '[]',
      'null',
      '"x"',
      '{"type":5}',
      '{"type":"email.bounced"}',
      '{"type":"constructor","data":[]}',
    ];
    const hostile = event('email.bounced', [null, 5, { name: 'order', value: { $gt: '' } }], {
      email_id: { a: 1 },
      bounce: 'x',
    });
    for (const body of [...bodies, hostile, { ...hostile, created_at: '9999-99-99T99:99' }]) {
      expect((await report(body)).statusCode).toBe(200);
    }
  });

  it('of a bounce or a complaint suppress the address until an admin lifts that', async () => {
    const { id } = await buy('c4n4ry.four@example.com');
    await untilStatus(id, 'sent');
    const tags = await tagsOf('c4n4ry.four@example.com');
    await report(event('email.bounced', tags, { bounce: { type: 'Permanent' } }));
    expect(await deliveryOf(id)).toMatchObject({ status: 'bounced', last_error_code: 'permanent' });

    const refused = await buy('C4n4ry.Four@example.com');
    expect([refused.code, refused.keyText]).toEqual(['6-6', expect.stringContaining('C4N4RY-KEY')]);
    expect((await untilStatus(refused.id, 'suppressed')).last_error_code).toBe('address_suppressed');
    expect((await admin.post(`/orders/${refused.id}/resend`, {})).status).toBe(409);

    const [suppressed] = (await admin.get('/suppressions')).body.data;
    expect(suppressed).toMatchObject({ address_masked: 'c***@example.com', reason: 'bounced', order: id });
    expect((await admin.call('DELETE', `/suppressions/${suppressed.id}`)).status).toBe(200);
    expect((await admin.call('DELETE', `/suppressions/${suppressed.id}`)).status).toBe(404);
    expect((await admin.post(`/orders/${refused.id}/resend`, {})).status).toBe(200);
    await untilStatus(refused.id, 'sent');
  });

  it('of a bounce that may pass suppress nothing', async () => {
    const { id } = await buy('c4n4ry.five@example.com');
    await untilStatus(id, 'sent');
    const tags = await tagsOf('c4n4ry.five@example.com');
    await report(event('email.bounced', tags, { bounce: { type: 'Transient' } }));
    expect((await deliveryOf(id)).status).toBe('bounced');
    expect((await buy('c4n4ry.five@example.com')).code).toBe('0');
  });
});

describe('the mailbox', () => {
  it('is there for this machine alone', async () => {
    for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { host: 'evil.example' }]) {
      expect((await page('/dev/mailbox', headers)).statusCode).toBe(404);
    }
    const far = await fastify().inject({
      url: '/dev/mailbox',
      remoteAddress: '192.0.2.1',
      headers: { host: 'localhost' },
    });
    expect(far.statusCode).toBe(404);
    expect((await page('/dev/mailbox/..%2f..%2fmaster.key')).statusCode).toBe(404);
  });
});

describe('an erased customer', () => {
  const email = 'c4n4ry.erased@example.com';

  it('is gone from everything that can be read, and what was sold stays', async () => {
    const sold = await buy(email);
    await untilStatus(sold.id, 'sent');
    const before = (await admin.get('/orders/stats/dashboard')).body.data;
    const erased = await admin.post('/privacy/erasures', { email: ` ${email.toUpperCase()} ` });
    expect(erased.body.data).toEqual({ erased: true, ended_deliveries: 0 });
    expect(await deliveryOf(sold.id)).toMatchObject({ status: 'sent', address_masked: null });
    expect((await page('/dev/mailbox')).body).not.toContain(email);
    expect((await admin.get('/orders/stats/dashboard')).body.data).toEqual(before);
    await admin.post(`/orders/${sold.id}/resend`, {});
    expect(await untilStatus(sold.id, 'erased')).toMatchObject({ last_error_code: 'customer_erased' });
    const audited = (await admin.get('/audit/events?type=CustomerErased')).body.data.events;
    expect(audited).toHaveLength(1);
  });

  it('may come back as somebody new', async () => {
    const { id } = await buy(email);
    expect((await untilStatus(id, 'sent')).address_masked).toBe('c***@example.com');
  });
});

it('no address and no key is in a line of the log or in an event in clear', async () => {
  const stored = await app.engines.events.readAll(0n, 4_096);
  const texts = [...app.lines, ...stored.map(({ data, metadata }) => `${data}${metadata}`)];
  expect(texts.length).toBeGreaterThan(100);
  for (const text of texts) expect(text.toLowerCase()).not.toContain(TRACE);
});
