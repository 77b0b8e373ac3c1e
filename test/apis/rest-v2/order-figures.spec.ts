import type { FastifyInstance } from 'fastify';
import { demoId } from '../../../src/composition/demo/demo-desk.js';
import { deletePackage, Package } from '../../../src/contexts/catalog/index.js';
import { BuyKey, Order, orderId } from '../../../src/contexts/ordering/index.js';
import { AccountIndex } from '../../../src/contexts/partners/index.js';
import { Executor } from '../../../src/platform/execution/transaction.js';
import type { Currency } from '../../../src/platform/kernel/money.js';
import { isRejection } from '../../../src/platform/kernel/rejection.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { ManualClock } from '../../support/manual-clock.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const PARTNER_PASSWORD = 'partner-password';

let app: TestApp;
let anyone: Client;
let admin: Client;
let first: Buyer;
let second: Buyer;
let game: Goods;
let card: Goods;

interface Buyer {
  readonly id: number;
  readonly uuid: string;
  readonly login: string;
}
interface Goods {
  readonly id: number;
  readonly productId: number;
}

async function buyer(login: string, name: string, manager_id: number | null = null): Promise<Buyer> {
  const fields = { name, login, password: PARTNER_PASSWORD, manager_id };
  const { id } = await admin.create('/partners', fields);
  return { id, uuid: app.app.get(AccountIndex).findByPublicId(id)!.id, login };
}

async function goods(name_en: string, price: number, keys: number): Promise<Goods> {
  const { id: vendor_id } = await admin.create('/suppliers', { name: name_en });
  const product = await admin.create('/products', { name_en, vendor_id });
  const made = await admin.create('/packages', { name_en: `${name_en} key`, product_id: product.id, price });
  const texts = Array.from({ length: keys }, (_, place) => ({
    key_text: `C4N4RY-${name_en}-${place}`,
    ...(place === 0 ? { serial_number: `=SN(${name_en})` } : {}),
  }));
  await admin.post('/keys/bulk', { package_id: made.id, keys: texts });
  return { id: made.id, productId: product.id };
}

async function buy(by: Buyer, what: Goods, order: string, currency: Currency = 'AZN'): Promise<number> {
  const input = { partnerId: by.uuid, apiKeyId: null, package: what.id, order, currency };
  await app.run(new BuyKey(app.context(), { ...input, email: null, language: 'en' }));
  const executor = app.app.get(Executor);
  const { claim } = await executor.run(app.context(), (tx) =>
    tx.load(Order, orderId(by.uuid, 'sale', order, 'grouped')),
  );
  return claim!.publicId;
}

async function at(time: string): Promise<void> {
  app.clock.advance(Date.parse(time) - app.clock.now());
  admin = await anyone.login('admin', PASSWORD);
}

const dashboard = async (client = admin) => (await client.get('/orders/stats/dashboard')).body.data;
const azn = (amount: string) => ({ azn: amount, by_currency: { AZN: amount } });

beforeAll(async () => {
  // Saturday, the last day of January in Baku, and the day before in UTC.
  const clock = new ManualClock(Date.parse('2026-01-30T21:00:00.000Z'));
  app = await startTestApp({ clock, settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
  await admin.put('/rates', { USD: '1.7' });
  first = await buyer('first', 'First, "the" partner');
  second = await buyer('second', '+Second');
  game = await goods('Game', 10, 6);
  card = await goods('Card', 25.5, 6);
});
afterAll(() => app.close());

// The tests go on from each other: one history, looked at as it grows.

it('a dashboard without a sale is empty, and complete', async () => {
  const nothing = { azn: '0.00', by_currency: {} };
  expect(await dashboard()).toEqual({
    ...{ total_orders: 0, orders_today: 0, orders_this_week: 0, orders_this_month: 0 },
    ...{ revenue: nothing, revenue_today: nothing, revenue_this_week: nothing },
    revenue_this_month: nothing,
    status_distribution: { pending: 0, confirmed: 0, cancelled: 0, refunded: 0 },
  });
});

it('a dashboard counts by day, week from Monday and month of the business zone, and by currency', async () => {
  await buy(first, game, 'JAN-1');
  await at('2026-02-01T10:00:00.000Z'); // Sunday
  await buy(first, game, 'SUN-1');
  await at('2026-02-01T20:30:00.000Z'); // Monday 00:30 in Baku
  await buy(first, card, 'MON-1');
  await buy(second, game, 'MON-2', 'USD');
  const monday = { azn: '35.50', by_currency: { AZN: '25.50', USD: '5.88' } };
  const figures = await dashboard();
  expect(figures).toMatchObject({
    ...{ total_orders: 4, orders_today: 2, orders_this_week: 2, orders_this_month: 3 },
    status_distribution: { pending: 0, confirmed: 4, cancelled: 0, refunded: 0 },
  });
  expect(figures.revenue_today).toEqual(monday);
  expect(figures.revenue_this_week).toEqual(monday);
  expect(figures.revenue.by_currency).toEqual({ AZN: '45.50', USD: '5.88' });
});

it('a partner sees its own figures on the dashboard, and those of nobody else', async () => {
  const own = await anyone.login(second.login, PARTNER_PASSWORD);
  expect(await dashboard(own)).toMatchObject({
    total_orders: 1,
    revenue: { by_currency: { USD: '5.88' } },
    status_distribution: { confirmed: 1 },
  });
});

it('a manager sees the orders and figures of their clients alone', async () => {
  const password = 'manager-password';
  const manager = await admin.create('/staff', { name: 'M', login: 'manager', password, role: 'manager' });
  const seen = await anyone.login('manager', password);
  expect((await dashboard(seen)).total_orders).toBe(0);
  await admin.put(`/partners/${first.id}`, { manager_id: manager.id });
  expect(await dashboard(seen)).toMatchObject({ total_orders: 3, orders_today: 1 });
  const { data } = (await seen.get('/orders')).body;
  expect(data.map((order: { order_id: string }) => order.order_id)).toEqual(['MON-1', 'SUN-1', 'JAN-1']);
  expect((await seen.get(`/orders/${data[0].id}`)).body.data.pricing).toHaveProperty('cost');
  expect((await seen.get(`/orders?partnerId=${second.id}`)).body.data).toEqual([]);
  expect((await seen.get(`/partners/${second.id}/statistics`)).status).toBe(404);
});

it('a refund or cancellation corrects the day of the confirmation', async () => {
  const refunded = await buy(second, card, 'MON-3');
  const cancelled = await buy(second, card, 'MON-4');
  expect((await dashboard()).orders_today).toBe(4);
  await at('2026-02-03T10:00:00.000Z'); // Tuesday
  await admin.call('PATCH', `/orders/${refunded}/status`, { status: 'refunded' });
  await admin.call('PATCH', `/orders/${cancelled}/status`, { status: 'cancelled' });
  const figures = await dashboard();
  expect(figures).toMatchObject({
    ...{ total_orders: 6, orders_today: 0, orders_this_week: 4 },
    revenue_today: { by_currency: {} },
    status_distribution: { pending: 0, confirmed: 4, cancelled: 1, refunded: 1 },
  });
  expect(figures.revenue_this_week.by_currency).toEqual({ AZN: '25.50', USD: '5.88' });
});

describe('the statistics of a partner', () => {
  it('have its orders, revenue, products by orders, and the last 30 days', async () => {
    const { status, body } = await admin.get(`/partners/${first.id}/statistics`);
    expect(status).toBe(200);
    const { activity, ...figures } = body.data;
    expect(figures).toEqual({
      orders_count: 3,
      revenue: azn('45.50'),
      status_distribution: { pending: 0, confirmed: 3, cancelled: 0, refunded: 0 },
      last_order_at: expect.stringMatching(/^2026-02-01T20:30/),
      most_purchased_products: [
        { product_id: game.productId, product: 'Game', orders: 2, revenue: azn('20.00') },
        { product_id: card.productId, product: 'Card', orders: 1, revenue: azn('25.50') },
      ],
    });
    expect(activity).toHaveLength(30);
    expect(activity[0].date).toBe('2026-01-05');
    expect(activity.at(-1)).toEqual({
      date: '2026-02-03',
      orders: 0,
      revenue: { azn: '0.00', by_currency: {} },
    });
    const active = activity.filter(({ orders }: { orders: number }) => orders > 0);
    expect(active).toEqual([
      { date: '2026-01-31', orders: 1, revenue: azn('10.00') },
      { date: '2026-02-01', orders: 1, revenue: azn('10.00') },
      { date: '2026-02-02', orders: 1, revenue: azn('25.50') },
    ]);
  });

  it('are for the partner itself, and missing for another one', async () => {
    const own = await anyone.login(first.login, PARTNER_PASSWORD);
    expect((await own.get(`/partners/${first.id}/statistics`)).status).toBe(200);
    const foreign = await own.get(`/partners/${second.id}/statistics`);
    const missing = await own.get('/partners/999999/statistics');
    expect(foreign).toMatchObject({ status: 404, body: missing.body });
  });
});

describe('the export', () => {
  const HEADER =
    'order_id,id,status,partner_id,partner,product_id,product,package_id,package,key_id,serial_number,price,currency,' +
    'amount_azn,created_at,confirmed_at';

  async function csv(query = '', login = 'admin', password = PASSWORD) {
    const client = await anyone.post('/auth/login', { login, password });
    const response = await app.adapter.getInstance<FastifyInstance>().inject({
      url: `/api/orders/export/csv${query}`,
      headers: { authorization: `Bearer ${client.body.data.accessToken}` },
    });
    return { response, lines: response.body.split('\r\n') };
  }

  it('is a file with a line for each order, oldest first, and never a key text', async () => {
    const { response, lines } = await csv();
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="orders.csv"',
    });
    expect(lines[0]).toBe(HEADER);
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toBe('');
    expect(response.body).not.toContain('C4N4RY');
    const { data } = (await admin.get('/orders?search=JAN-1')).body;
    const { id, partner_id, product_id, package_id, key_id, created_at, confirmed_at } = data[0];
    expect(lines[1]).toBe(
      `JAN-1,${id},confirmed,${partner_id},"First, ""the"" partner",${product_id},Game,${package_id},Game key,` +
        `${key_id},'=SN(Game),10.00,AZN,10.00,${created_at},${confirmed_at}`,
    );
    expect(lines.find((line) => line.startsWith('MON-2'))).toContain(",'+Second,");
  });

  it('takes the filters of the list', async () => {
    const orders = async (query: string) =>
      (await csv(query)).lines.slice(1, -1).map((line) => line.slice(0, line.indexOf(',')));
    expect(await orders('?status=refunded')).toEqual(['MON-3']);
    expect(await orders(`?partnerId=${first.id}`)).toEqual(['JAN-1', 'SUN-1', 'MON-1']);
    expect(await orders('?dateFrom=2026-02-01&dateTo=2026-02-01')).toEqual(['SUN-1']);
    expect(await orders('?search=SUN-')).toEqual(['SUN-1']);
    const own = await csv('', first.login, PARTNER_PASSWORD);
    expect(own.lines).toHaveLength(5);
  });

  it.each(['created_at', '-created_at', 'order_id', '-order_id', 'id', '-id'])(
    'has the order of the list, all of it: %s',
    async (sort) => {
      const listed = (await admin.get(`/orders?sort=${sort}&limit=100`)).body.data as { id: number }[];
      const { lines } = await csv(`?sort=${sort}&page=2&limit=1`);
      const exported = lines.slice(1, -1).map((line) => Number(line.split(',', 2)[1]));
      expect(exported).toEqual(listed.map(({ id }) => id));
      expect(exported).toHaveLength(6);
    },
  );

  it('refuses an order that the list has not', async () => {
    const { status, body } = await admin.get('/orders/export/csv?sort=price');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('sort: must be one of created_at, id, order_id');
  });

  it('begins with a byte order mark on request', async () => {
    expect((await csv('?bom=1')).response.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect((await csv('?bom=0')).lines[0]).toBe(HEADER);
    expect((await admin.get('/orders/export/csv?bom=yes')).status).toBe(400);
  });
});

it('what a clock that was ahead dated counts on its day, and on none before', async () => {
  const right = app.clock.now();
  const { orders_today, orders_this_week, orders_this_month, total_orders } = await dashboard();
  await at('2026-03-10T10:00:00.000Z');
  await buy(first, game, 'AHEAD-1');
  app.clock.nowMs = right;
  admin = await anyone.login('admin', PASSWORD);
  const before = { orders_today, orders_this_week, orders_this_month };
  expect(await dashboard()).toMatchObject({ ...before, total_orders: total_orders + 1 });
  await at('2026-03-10T12:00:00.000Z');
  expect(await dashboard()).toMatchObject({ orders_today: 1, orders_this_week: 1, orders_this_month: 1 });
});

it('the demo shop counts as long as it is there', async () => {
  const executor = app.app.get(Executor);
  const before = (await dashboard()).total_orders;
  const template = await executor.run(app.context(), (tx) => {
    const { claim, units, amount, commission, sale } = tx.load(
      Order,
      orderId(first.uuid, 'sale', 'JAN-1', 'grouped'),
    );
    return { claim: claim!, units, amount, commission, sale: sale! };
  });
  const id = demoId('package', 77);
  const productId = template.claim.lines[0]!.facts.product;
  await executor.run(app.context(), (tx) => {
    const { claim, sale, ...sold } = template;
    const demo = { ...sale, units: sale.units.map((unit) => ({ ...unit, package: id })) };
    const order = orderId(first.uuid, 'sale', 'DEMO-1', 'grouped');
    const claimed = { ...claim, reference: 'DEMO-1', publicId: 77_777, attempt: 1 };
    tx.append(Order, order, [
      { type: 'OrderClaimed', data: claimed },
      { type: 'OrderConfirmed', data: { ...sold, attempt: 1, sale: demo } },
    ]);
    tx.append(Package, id, [
      {
        type: 'PackageCreated',
        data: {
          ...{ publicId: 77_777, productId, supplierId: productId, cost: null, position: null },
          names: { en: 'Demo', ru: null, az: null },
          ...{ fulfilment: 'stock', releasePolicy: 'stock', explicitPrices: {} },
          ...{ basePrice: { amount: '1', currency: 'AZN' }, status: 'active', hold: false },
        },
      },
    ]);
  });
  await app.settle();
  expect((await dashboard()).total_orders).toBe(before + 1);

  await executor.run(app.context(), (tx) => {
    const deleted = deletePackage(tx.load(Package, id));
    if (isRejection(deleted)) throw new Error(deleted.code);
    tx.append(Package, id, deleted);
  });
  await app.settle();
  expect((await dashboard()).total_orders).toBe(before);
});
