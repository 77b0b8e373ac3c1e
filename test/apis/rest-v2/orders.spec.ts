import { BuyKey, ConfirmSale, Order, orderId, ReserveKey } from '../../../src/contexts/ordering/index.js';
import { AccountIndex } from '../../../src/contexts/partners/index.js';
import { Executor } from '../../../src/platform/execution/transaction.js';
import type { Currency } from '../../../src/platform/kernel/money.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { ManualClock } from '../../support/manual-clock.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const PARTNER_PASSWORD = 'partner-password';

let app: TestApp;
let anyone: Client;
let admin: Client;

beforeAll(async () => {
  // A Wednesday, 02:00 in Baku and still Tuesday in UTC.
  const clock = new ManualClock(Date.parse('2026-03-17T22:00:00.000Z'));
  app = await startTestApp({ clock, settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
  await admin.put('/rates', { USD: '1.7' });
});
afterAll(() => app.close());

let names = 0;
const unique = (name: string): string => `${name}-${++names}`;

interface Buyer {
  readonly id: number;
  readonly uuid: string;
  readonly login: string;
}

async function buyer(fields: object = {}): Promise<Buyer> {
  const login = unique('buyer');
  const made = await admin.create('/partners', {
    ...{ name: `Partner ${login}`, login, password: PARTNER_PASSWORD },
    ...fields,
  });
  const uuid = app.app.get(AccountIndex).findByPublicId(made.id)!.id;
  await admin.put(`/partners/${made.id}`, { commission_percent: '2' });
  return { id: made.id, uuid, login };
}

interface Goods {
  readonly id: number;
  readonly productId: number;
}

async function goods(keys: number, fields: object = {}): Promise<Goods> {
  const { id: vendor_id } = await admin.create('/suppliers', { name: unique('supplier') });
  const product = await admin.create('/products', { name_en: unique('Game'), vendor_id });
  const name_en = unique('Key');
  const made = await admin.create('/packages', { name_en, product_id: product.id, price: 25.5, ...fields });
  const texts = Array.from({ length: keys }, () => ({
    key_text: unique('C4N4RY-KEY'),
    serial_number: unique('SN'),
  }));
  if (keys > 0) await admin.post('/keys/bulk', { package_id: made.id, keys: texts });
  return { id: made.id, productId: product.id };
}

/** Buys, and answers the number of the order. */
async function buy(by: Buyer, what: Goods, order = unique('ORDER'), currency: Currency = 'AZN') {
  const input = { partnerId: by.uuid, apiKeyId: null, package: what.id, order, currency };
  const bought = await app.run(new BuyKey(app.context(), { ...input, email: null, language: 'en' }));
  const state = await app.app
    .get(Executor)
    .run(app.context(), (tx) => tx.load(Order, orderId(by.uuid, 'sale', order, 'grouped')));
  return { id: state.claim!.publicId, order, key: Number(bought.keyNumber), again: input };
}

const patch = (id: number, status: string) => admin.call('PATCH', `/orders/${id}/status`, { status });
const balanceOf = async ({ id }: Buyer) => (await admin.get(`/partners/${id}/balances`)).body.data[0].balance;
const keyStatus = async (id: number) => (await admin.get(`/keys/${id}`)).body.data.status;
const listed = async (client: Client, query: string): Promise<number[]> =>
  (await client.get(`/orders?limit=100&${query}`)).body.data.map(({ id }: { id: number }) => id);

describe('an order', () => {
  it('is shown with its key masked, its goods, its price and what happened to it', async () => {
    const by = await buyer();
    const what = await goods(1, { cost: 20 });
    const sold = await buy(by, what);
    const { status, body } = await admin.get(`/orders/${sold.id}`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      id: sold.id,
      order_id: sold.order,
      status: 'confirmed',
      partner_id: by.id,
      product_id: what.productId,
      package_id: what.id,
      price: 25.5,
      currency: 'AZN',
      amount_azn: 25.5,
      key: { id: sold.key, key_text: '********', serial_number: expect.stringMatching(/^SN-/) },
      replaced_keys: [],
      pricing: { list_price: 25.5, rules: expect.any(Array), commission: 0.51, price: 25.5 },
      history: [
        { status: 'pending', at: expect.any(String) },
        { status: 'confirmed', at: expect.any(String) },
      ],
    });
    expect(body.data.pricing.rules[0]).toMatchObject({ kind: 'list-price' });
    expect(JSON.stringify(body)).not.toContain('C4N4RY');
  });

  it('shows its cost and margin to the staff, and not to the partner', async () => {
    const by = await buyer();
    const { id } = await buy(by, await goods(1, { cost: 20 }));
    const { pricing } = (await admin.get(`/orders/${id}`)).body.data;
    const own = await anyone.login(by.login, PARTNER_PASSWORD);
    const seen = (await own.get(`/orders/${id}`)).body.data.pricing;
    expect(pricing).toMatchObject({ cost: 20, cost_currency: 'AZN', margin: 4.99 });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['cost']));
    expect(JSON.stringify(seen)).not.toContain('margin');
  });

  it('of another partner is as if it were missing', async () => {
    const by = await buyer();
    const sold = await buy(by, await goods(1));
    const other = await buyer();
    const client = await anyone.login(other.login, PARTNER_PASSWORD);
    const foreign = await client.get(`/orders/${sold.id}`);
    const missing = await client.get('/orders/999999');
    expect(foreign).toMatchObject({ status: 404, body: missing.body });
    expect(await listed(client, '')).toEqual([]);
    expect(await listed(client, `partnerId=${by.id}`)).toEqual([]);
    expect((await client.call('PATCH', `/orders/${sold.id}/status`, { status: 'refunded' })).status).toBe(
      403,
    );
  });

  it('that was refused at once is none, and one that nobody finished can be cancelled', async () => {
    const by = await buyer();
    const sold = await buy(by, await goods(1));
    app.clock.advance(1000);
    const refused = await claimLike(by, sold.order, 'LotEmpty');
    const pending = await claimLike(by, sold.order);
    expect(await listed(admin, `partnerId=${by.id}`)).toEqual([pending, sold.id]);
    expect(await listed(admin, `partnerId=${by.id}&status=pending`)).toEqual([pending]);
    expect((await admin.get(`/orders/${refused}`)).status).toBe(404);

    expect((await patch(pending, 'refunded')).status).toBe(409);
    const { status, body } = await patch(pending, 'cancelled');
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ status: 'cancelled', key: null, confirmed_at: null });
    expect((await patch(pending, 'cancelled')).status).toBe(409);
  });
});

/** An order that stopped after its claim, or that was refused after it. */
async function claimLike(
  by: Buyer,
  order: string,
  refusal: string | null = null,
  reference = unique('LIKE'),
): Promise<number> {
  const executor = app.app.get(Executor);
  const publicId = 100_000 + ++names;
  await executor.run(app.context(), (tx) => {
    const { claim } = tx.load(Order, orderId(by.uuid, 'sale', order, 'grouped'));
    const id = orderId(by.uuid, 'sale', reference, 'grouped');
    const claimed = { ...claim!, reference, publicId, hold: `sale:${id}:1` };
    const refused = { type: 'OrderRefused' as const, data: { attempt: 1, reason: refusal ?? '' } };
    tx.append(Order, id, [{ type: 'OrderClaimed', data: claimed }, ...(refusal === null ? [] : [refused])]);
  });
  await app.settle();
  return publicId;
}

describe('the list of orders', () => {
  it('comes in pages, newest first, and is sorted and narrowed as asked', async () => {
    const by = await buyer();
    const what = await goods(3);
    const orders: number[] = [];
    for (const reference of ['S-1', 'S-2', 'T-1']) {
      orders.push((await buy(by, what, reference)).id);
      app.clock.advance(1000);
    }
    const [first, second, third] = orders;
    const mine = `partnerId=${by.id}`;
    expect(await listed(admin, mine)).toEqual([third, second, first]);
    expect(await listed(admin, `${mine}&sort=id`)).toEqual([first, second, third]);
    expect(await listed(admin, `${mine}&sort=-order_id`)).toEqual([third, second, first]);
    const page = await admin.get(`/orders?${mine}&limit=2&page=2`);
    expect(page.body.pagination).toEqual({ page: 2, limit: 2, total: 3, totalPages: 2 });
    expect(page.body.data.map(({ id }: { id: number }) => id)).toEqual([first]);
    expect(await listed(admin, `${mine}&search=S-`)).toEqual([first, second]);
    expect(await listed(admin, `${mine}&search=${third}`)).toEqual([third]);
    expect(await listed(admin, `${mine}&search=1`)).toEqual([]);
    const own = await anyone.login(by.login, PARTNER_PASSWORD);
    expect(await listed(own, '')).toEqual([third, second, first]);
  });

  it('misses nothing that a search finds beside an order with that number, whoever else has many that begin so', async () => {
    const [many, few] = [await buyer(), await buyer()];
    const what = await goods(2);
    const { id: number } = await buy(many, what, 'N');
    for (let place = 100; place < 200; place += 1) await claimLike(many, 'N', null, `${number}${place}`);
    const { id: last } = await buy(few, what, `${number}999`);
    const own = await anyone.login(few.login, PARTNER_PASSWORD);
    expect(await listed(own, `search=${number}`)).toEqual([last]);
    expect(await listed(admin, `partnerId=${few.id}&search=${number}`)).toEqual([last]);
    const { body } = await admin.get(`/orders?search=${number}&sort=-order_id`);
    expect(body.pagination.total).toBe(102);
    expect(body.data[0].id).toBe(number);
  });

  it('knows days of the business zone, whole and inclusive, and exact times', async () => {
    const by = await buyer();
    const { id } = await buy(by, await goods(1));
    const mine = `partnerId=${by.id}`;
    expect(await listed(admin, `${mine}&dateFrom=2026-03-18&dateTo=2026-03-18`)).toEqual([id]);
    expect(await listed(admin, `${mine}&dateTo=2026-03-17`)).toEqual([]);
    expect(await listed(admin, `${mine}&dateFrom=2026-03-19`)).toEqual([]);
    expect(await listed(admin, `${mine}&dateFrom=2026-03-17T21:00:00Z`)).toEqual([id]);
    expect(await listed(admin, `${mine}&dateTo=2026-03-17T21:00:00Z`)).toEqual([]);
  });

  it.each([
    ['status=sold', 'status'],
    ['partnerId=x', 'partnerId'],
    ['dateFrom=yesterday', 'dateFrom'],
    ['dateTo=2026-02-30', 'dateTo'],
    ['sort=price', 'sort'],
    ['sort=status', 'sort'],
    ['product=1', 'product'],
    ['limit=101', 'limit'],
  ])('refuses %s by name', async (query, field) => {
    const { status, body } = await admin.get(`/orders?${query}`);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(field);
  });

  it('of an unknown partner is empty', async () => {
    expect(await listed(admin, 'partnerId=999999')).toEqual([]);
  });
});

describe('the status of an order', () => {
  it('becomes refunded once: the money goes back, the commission too, and the key stays sold', async () => {
    const by = await buyer();
    const { id, key } = await buy(by, await goods(1));
    expect(await balanceOf(by)).toBe('-24.99');
    const { status, body } = await patch(id, 'refunded');
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ status: 'refunded', closed_at: expect.any(String) });
    expect(await balanceOf(by)).toBe('0.00');
    expect(await keyStatus(key)).toBe(3);
    for (const again of ['refunded', 'cancelled', 'confirmed', 'pending']) {
      expect((await patch(id, again)).status).toBe(409);
    }
    expect(await balanceOf(by)).toBe('0.00');
  });

  it('becomes cancelled once: the money goes back and the key is quarantined', async () => {
    const by = await buyer();
    const { id, key } = await buy(by, await goods(1));
    expect((await patch(id, 'cancelled')).body.data.status).toBe('cancelled');
    expect(await balanceOf(by)).toBe('0.00');
    expect(await keyStatus(key)).toBe(5);
    expect((await patch(id, 'refunded')).status).toBe(409);
  });

  it.each([['sold'], [1], [null]])('cannot be asked to be %j', async (status) => {
    expect((await admin.call('PATCH', '/orders/1/status', { status })).status).toBe(400);
  });

  it('of an unknown order is 404', async () => {
    expect((await patch(999_999, 'cancelled')).status).toBe(404);
  });
});

describe('a replacement', () => {
  it('gives the order another key, and the terminals answer it from then on', async () => {
    const by = await buyer();
    const what = await goods(2);
    const { id, key, again } = await buy(by, what);
    const balance = await balanceOf(by);
    const { status, body } = await admin.post(`/orders/${id}/replace`, { key_id: key });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      status: 'confirmed',
      key: { id: key + 1, key_text: '********' },
      replaced_keys: [{ id: key, replaced_at: expect.any(String) }],
      history: [{ status: 'pending' }, { status: 'confirmed' }, { status: 'key_replaced' }],
    });
    expect([await keyStatus(key), await keyStatus(key + 1)]).toEqual([5, 3]);
    expect(await balanceOf(by)).toBe(balance);
    const replay = new BuyKey(app.context(), { ...again, email: null, language: 'en' });
    expect(await app.run(replay)).toMatchObject({ keyNumber: String(key + 1) });

    const repeated = await admin.post(`/orders/${id}/replace`, { key_id: key });
    expect(repeated).toMatchObject({ status: 409, body: { error: expect.stringContaining('key_id') } });
    expect(await admin.post(`/orders/${id}/replace`, {})).toMatchObject({ status: 409 });
  });

  it('is refused for an order without a key, and for whoever is no admin', async () => {
    const by = await buyer();
    const { id } = await buy(by, await goods(2));
    await patch(id, 'cancelled');
    expect((await admin.post(`/orders/${id}/replace`, {})).status).toBe(409);
    expect((await admin.post('/orders/999999/replace', {})).status).toBe(404);
    expect((await admin.post(`/orders/${id}/replace`, { key_id: 'x' })).status).toBe(400);
    const own = await anyone.login(by.login, PARTNER_PASSWORD);
    expect((await own.post(`/orders/${id}/replace`, {})).status).toBe(403);
  });

  it('of a reserved key is shown to the terminal that confirms again', async () => {
    const by = await buyer();
    const what = await goods(2);
    const terms = { partnerId: by.uuid, apiKeyId: null };
    const { keyNumber } = await app.run(
      new ReserveKey(app.context(), { ...terms, package: what.id, currency: 'AZN' }),
    );
    const confirm = () => {
      const input = { ...terms, keyNumber, order: 'R-1', currencies: [], email: null, language: 'en' };
      return app.run(new ConfirmSale(app.context(), input));
    };
    expect(await confirm()).toEqual({ keyNumber, key: null });
    const [id] = await listed(admin, `partnerId=${by.id}`);
    await admin.post(`/orders/${id}/replace`, {});
    const other = await confirm();
    expect(Number(other.keyNumber)).toBe(Number(keyNumber) + 1);
    expect(other.key?.text).toMatch(/^C4N4RY/);
  });
});
