import { AccountDirectory } from '../../../src/contexts/partners/index.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { queryString } from '../terminal-v1/transcript.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const MISSING = 987_654_321;
const HOUR_MS = 3_600_000;

let app: TestApp;
let anyone: Client;
let admin: Client;
let manager: Client;
let managerId: number;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
  const staff = { login: 'manager', password: PASSWORD, name: 'M', role: 'manager' };
  managerId = (await admin.create('/staff', staff)).id;
  manager = await anyone.login('manager', PASSWORD);
});
afterAll(() => app.close());

let names = 0;
const unique = (): string => `partner${++names}`;

async function partner(fields: object = {}) {
  const login = unique();
  const created = await admin.create('/partners', { name: 'PayNet', login, password: PASSWORD, ...fields });
  return { ...created, login, client: () => anyone.login(login, PASSWORD) };
}

async function terminal(login: string, password: string, action: number, data?: object) {
  const query = { action: String(action), settings: { login, password }, ...(data ? { data } : {}) };
  const answer = await app.adapter.inject({ url: `/api/v1/partners/service?${queryString(query)}` });
  return answer.json();
}

async function stocked(count: number): Promise<number> {
  const { id: vendor_id } = await admin.create('/suppliers', { name: unique() });
  const { id: product_id } = await admin.create('/products', { name_en: unique(), vendor_id });
  const { id } = await admin.create('/packages', { name_en: unique(), product_id, price: '25.50' });
  const keys = Array.from({ length: count }, (_, i) => ({ key_text: `KEY-${id}-${i}-ABCDEFGH` }));
  await admin.post('/keys/bulk', { package_id: id, keys });
  return id;
}

it('access names only what is still there, so that it can be put back', async () => {
  const { id } = await partner();
  const { id: vendor_id } = await admin.create('/suppliers', { name: unique() });
  const made = async () => {
    const { id: product_id } = await admin.create('/products', { name_en: unique(), vendor_id });
    return admin.create('/packages', { name_en: unique(), product_id, price: '25.50' });
  };
  const [gone, kept] = [await made(), await made()];
  const of = (...packages: { id: number; product_id: number }[]) => ({
    all_products: false,
    product_ids: packages.map(({ product_id }) => product_id),
    package_ids: packages.map((each) => each.id),
  });
  expect((await admin.put(`/partners/${id}/access`, of(gone, kept))).status).toBe(200);
  expect((await admin.call('DELETE', `/products/${gone.product_id}`)).status).toBe(200);
  const { data } = (await admin.get(`/partners/${id}/access`)).body;
  expect(data).toEqual(of(kept));
  expect((await admin.put(`/partners/${id}/access`, data)).body.data).toEqual(of(kept));
});

describe('a profile', () => {
  it('shows currencies, rates, limits and access, and no secret', async () => {
    const api_key = 'an-api-key-of-nobody-else';
    const { id, login } = await partner({ api_key, email: 'someone@paynet.example', credit_limit: '500' });
    const { body } = await admin.get(`/partners/${id}`);
    expect(body.data).toMatchObject({
      login,
      status: 1,
      default_currency: 'AZN',
      allowed_currencies: ['AZN', 'USD', 'EUR', 'TRY', 'RUB'],
      rate_markup_percent: {},
      credit_limit: '500.00',
      markup_percent: '0',
      commission_percent: '0',
      has_api_key: true,
      access: { all_products: true, product_ids: [], package_ids: null },
    });
    const text = JSON.stringify(body);
    for (const secret of [api_key, PASSWORD, 'someone@paynet.example']) expect(text).not.toContain(secret);
  });

  it('takes every field of an update, and null where there may be none', async () => {
    const { id } = await partner();
    const changes = {
      name: 'PayNet 2',
      status: 0,
      billing_mode: 'prepaid',
      credit_limit: '12.34',
      ip_allowlist: ['192.0.2.7', '10.0.0.0/8'],
      reveal_on: 'confirm',
      markup_percent: '2.5',
      commission_percent: '1.25',
      max_open_reservations: 7,
      logo_url: 'https://paynet.example/logo.png',
      support_email: 'help@paynet.example',
      manager_id: managerId,
    };
    const { status, body } = await admin.put(`/partners/${id}`, changes);
    expect(status).toBe(200);
    expect(body.data).toMatchObject(changes);
    const emptied = { credit_limit: null, logo_url: null, support_email: null, manager_id: null };
    expect((await admin.put(`/partners/${id}`, emptied)).body.data).toMatchObject(emptied);
  });

  it.each([
    ['a short password', { password: 'seven77' }, /password must be longer/],
    ['no address', { ip_allowlist: ['nowhere'] }, /ip_allowlist: must be at most 200 addresses or ranges/],
    ['a commission above 100', { commission_percent: 101 }, /commission_percent: must be a decimal from 0/],
    ['a short API key', { api_key: 'short' }, /api_key: must be 8 to 200 visible ASCII/],
    ['no e-mail address', { email: 'nowhere' }, /email: must be an e-mail address/],
    [
      'an address that no mail reaches',
      { support_email: 'help@shop..example' },
      /support_email: must be an e-mail/,
    ],
    ['a negative limit', { credit_limit: -1 }, /credit_limit: must be null or an amount/],
    ['a partner for a manager', { manager_id: MISSING }, /manager_id/],
  ])('refuses %s and says what is valid', async (_, changes, message) => {
    const { id } = await partner();
    const { status, body } = await admin.put(`/partners/${id}`, changes);
    expect([400, 404]).toContain(status);
    expect(String(body.error)).toMatch(message);
  });

  it('is listed by status and text, in the order asked for', async () => {
    const mark = unique();
    const logins = ['b', 'a', 'c'].map((letter) => `${mark}-${letter}`);
    for (const login of logins) await admin.create('/partners', { name: mark, login, password: PASSWORD });
    const listed = async (query: string) =>
      (await admin.get(`/partners?search=${mark}&${query}`)).body.data.map(
        (found: { login: string }) => found.login,
      );
    expect(await listed('sort=login')).toEqual(logins.toSorted());
    expect(await listed('sort=-login')).toEqual(logins.toSorted().reverse());
    const [first] = (await admin.get(`/partners?search=${mark}&sort=id`)).body.data;
    await admin.put(`/partners/${first.id}`, { status: 2 });
    expect(await listed('status=2')).toEqual([logins[0]]);
    expect(await listed('status=1&sort=id')).toEqual(logins.slice(1));
    expect(await listed('status=0')).toEqual([]);
    const byLogin = (await admin.get(`/partners?search=${mark}&sort=login`)).body.data;
    await admin.put(`/partners/${byLogin[0].id}`, { status: 0 });
    const statuses = async (sort: string) =>
      (await admin.get(`/partners?search=${mark}&sort=${sort}`)).body.data.map(
        (found: { status: number }) => found.status,
      );
    expect(await statuses('status')).toEqual([0, 1, 2]);
    expect(await statuses('-status')).toEqual([2, 1, 0]);
  });
});

describe('currency settings', () => {
  it('are changed in parts', async () => {
    const { id } = await partner();
    const path = `/partners/${id}/currency-settings`;
    const before = (await admin.get(path)).body.data;
    expect(before).toEqual({
      default_currency: 'AZN',
      allowed_currencies: ['AZN', 'USD', 'EUR', 'TRY', 'RUB'],
      rate_markup_percent: {},
    });
    const wanted = {
      default_currency: 'USD',
      allowed_currencies: ['USD', 'AZN'],
      rate_markup_percent: { USD: '2.5', AZN: '-1' },
    };
    expect(await admin.put(path, { ...wanted, rate_markup_percent: { USD: 2.5, AZN: '-1' } })).toMatchObject({
      status: 200,
      body: { data: wanted },
    });
    expect((await admin.put(path, { rate_markup_percent: {} })).body.data).toEqual({
      ...wanted,
      rate_markup_percent: {},
    });
    expect((await admin.get(`/partners/${id}`)).body.data).toMatchObject({ default_currency: 'USD' });
  });

  it.each([
    [
      'a default that is not allowed',
      { default_currency: 'EUR', allowed_currencies: ['AZN'] },
      /default_curr/,
    ],
    ['no currency at all', { allowed_currencies: [] }, /allowed_currencies/],
    ['an unknown currency', { allowed_currencies: ['XXX'] }, /allowed_currencies/],
    ['a markup of an unknown currency', { rate_markup_percent: { XXX: '1' } }, /rate_markup_percent.*XXX/],
    ['a markup in words', { rate_markup_percent: { USD: 'much' } }, /rate_markup_percent\.USD/],
    ['a markup of −100', { rate_markup_percent: { USD: -100 } }, /rate_markup_percent: must be decimals/],
    ['a list of markups', { rate_markup_percent: [] }, /rate_markup_percent/],
  ])('refuse %s', async (_, body, message) => {
    const { id } = await partner();
    const answer = await admin.put(`/partners/${id}/currency-settings`, body);
    expect([answer.status, String(answer.body.error)]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe('what a manager sees', () => {
  const paths = (id: number) => [
    `/partners/${id}`,
    `/partners/${id}/access`,
    `/partners/${id}/balances`,
    `/partners/${id}/transactions`,
    `/partners/${id}/currency-settings`,
  ];

  it('are their own clients; others are as missing ones', async () => {
    const own = await partner({ manager_id: managerId });
    const foreign = await partner();
    for (const path of paths(own.id)) expect((await manager.get(path)).status).toBe(200);
    for (const [index, path] of paths(foreign.id).entries()) {
      const missing = await manager.get(paths(MISSING)[index]!);
      const answer = await manager.get(path);
      expect(answer.status).toBe(404);
      expect({ ...answer, headers: null }).toEqual({ ...missing, headers: null });
    }
    const change = { name: 'Renamed' };
    expect((await manager.put(`/partners/${foreign.id}`, change)).body).toEqual(
      (await manager.put(`/partners/${MISSING}`, change)).body,
    );
    const listed = (await manager.get('/partners?limit=100')).body;
    expect(listed.data.map(({ manager_id }: { manager_id: number }) => manager_id)).toContain(managerId);
    expect(new Set(listed.data.map((one: { manager_id: number }) => one.manager_id))).toEqual(
      new Set([managerId]),
    );
    expect(listed.pagination.total).toBe(listed.data.length);
  });

  it('ends when the client is given to somebody else', async () => {
    const client = await partner({ manager_id: managerId });
    await admin.put(`/partners/${client.id}`, { manager_id: null });
    expect((await manager.get(`/partners/${client.id}`)).status).toBe(404);
  });

  it('they present and give access to, and move no money of', async () => {
    const { id } = await partner({ manager_id: managerId });
    const shown = { name: 'New name', logo_url: '/logo.png', support_email: 'help@paynet.example' };
    expect((await manager.put(`/partners/${id}`, shown)).body.data).toMatchObject(shown);
    const access = { all_products: false, product_ids: [] };
    expect((await manager.put(`/partners/${id}/access`, access)).status).toBe(200);
    for (const field of [
      { status: 2 },
      { credit_limit: '1' },
      { password: PASSWORD },
      { manager_id: null },
    ]) {
      const answer = await manager.put(`/partners/${id}`, field);
      expect(answer.status).toBe(403);
      expect(answer.body.error).toContain(Object.keys(field)[0]);
    }
    const topUp = { currency: 'AZN', amount: '1', reference: 'r' };
    expect((await manager.post(`/partners/${id}/balances/topup`, topUp)).status).toBe(403);
    const adjustment = { currency: 'AZN', amount: '1', reason: 'r' };
    expect((await manager.post(`/partners/${id}/balances/adjust`, adjustment)).status).toBe(403);
    expect((await manager.put(`/partners/${id}/currency-settings`, {})).status).toBe(403);
    expect((await manager.call('DELETE', `/partners/${id}`)).status).toBe(403);
  });
});

it('a partner sees itself alone, and others as missing ones', async () => {
  const own = await partner();
  const other = await partner();
  const self = await own.client();
  for (const part of ['', '/access', '/balances', '/transactions', '/currency-settings']) {
    expect((await self.get(`/partners/${own.id}${part}`)).status).toBe(200);
    const foreign = await self.get(`/partners/${other.id}${part}`);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual((await self.get(`/partners/${MISSING}${part}`)).body);
  }
});

describe('deleting a partner', () => {
  it('blocks it for ever and frees nothing', async () => {
    const { id, login, client } = await partner();
    const self = await client();
    expect(await admin.call('DELETE', `/partners/${id}`)).toMatchObject({
      status: 200,
      body: { success: true, data: { id } },
    });
    await app.settle();
    expect((await self.get('/auth/me')).status).toBe(401);
    expect((await anyone.post('/auth/login', { login, password: PASSWORD })).status).toBe(401);
    expect(await terminal(login, PASSWORD, 1)).toMatchObject({ code: '0-11' });
    const gone = { status: 404, body: { error: 'Partner not found' } };
    expect((await admin.get(`/partners/${id}`)).body.data).toMatchObject({ id, status: 2 });
    for (const part of ['balances', 'transactions', 'statistics', 'access', 'currency-settings']) {
      expect((await admin.get(`/partners/${id}/${part}`)).status).toBe(200);
    }
    expect(
      (await admin.get('/partners?limit=100')).body.data.map((one: { id: number }) => one.id),
    ).not.toContain(id);
    expect(await admin.put(`/partners/${id}`, { status: 1 })).toMatchObject(gone);
    expect(await admin.call('DELETE', `/partners/${id}`)).toMatchObject(gone);
    const again = await admin.post('/partners', { name: 'P', login, password: PASSWORD });
    expect(again).toMatchObject({ status: 409, body: { error: 'login: already taken' } });
  });

  it('takes no money in any more, but for orders that are refunded, and what is owed can be settled', async () => {
    const { id, login } = await partner({ billing_mode: 'prepaid' });
    const topUp = (reference: string, amount = '30.00') =>
      admin.post(`/partners/${id}/balances/topup`, { currency: 'AZN', amount, reference });
    const before = await topUp('BEFORE');
    const sold = await terminal(login, PASSWORD, 6, { package: String(await stocked(1)), order: 'OLD' });
    expect([before.status, sold.code]).toEqual([200, '0']);
    expect((await admin.call('DELETE', `/partners/${id}`)).status).toBe(200);

    const gone = { status: 404, body: { success: false, error: 'Partner not found' } };
    expect(await topUp('AFTER')).toMatchObject(gone);
    expect(await topUp('BEFORE')).toMatchObject({ status: 200, body: { data: { balance: '4.50' } } });
    expect(await topUp('BEFORE', '31.00')).toMatchObject({ status: 409 });
    const order = (await admin.get(`/orders?partnerId=${id}`)).body.data[0];
    expect(
      (await admin.call('PATCH', `/orders/${order.id}/status`, { status: 'refunded' })).body.data,
    ).toMatchObject({ status: 'refunded' });
    const payout = { currency: 'AZN', amount: '-30.00', reason: 'paid out' };
    expect(await admin.post(`/partners/${id}/balances/adjust`, payout)).toMatchObject({
      status: 200,
      body: { data: { balance: '0.00' } },
    });
  });

  it('waits for its reservations', async () => {
    const { id, login } = await partner();
    const reserved = await terminal(login, PASSWORD, 3, { package: String(await stocked(1)) });
    expect(reserved.code).toBe('0');
    expect(await admin.call('DELETE', `/partners/${id}`)).toMatchObject({
      status: 409,
      body: { error: 'The partner has reservations or unfinished orders' },
    });
    expect((await admin.get(`/partners/${id}`)).body.data.status).toBe(1);
    expect(await terminal(login, PASSWORD, 5, { key: reserved.data.keyId })).toMatchObject({ code: '0' });
    expect((await admin.call('DELETE', `/partners/${id}`)).status).toBe(200);
  });
});

describe('a replaced secret', () => {
  it('a password stays good for the overlap and no longer', async () => {
    const { id, login } = await partner();
    const changes = { password: 'another password', overlap_hours: 2 };
    expect((await admin.put(`/partners/${id}`, changes)).status).toBe(200);
    await app.settle();
    expect(await terminal(login, PASSWORD, 1)).toMatchObject({ code: '0' });
    expect(await terminal(login, 'another password', 1)).toMatchObject({ code: '0' });
    app.clock.advance(2 * HOUR_MS);
    expect(await terminal(login, PASSWORD, 1)).toMatchObject({ code: '0-10' });
    expect(await terminal(login, 'another password', 1)).toMatchObject({ code: '0' });
    admin = await anyone.login('admin', PASSWORD);
    manager = await anyone.login('manager', PASSWORD);
  });

  it('an e-mail address is one partner’s alone, and free when it has another', async () => {
    const [old, fresh] = ['old', 'new'].map((mark) => `${mark}-${unique()}@paynet.example`);
    const owner = await partner({ email: old });
    const other = await partner();
    const to = async (id: number, email: string | null) => {
      const { status, body } = await admin.put(`/partners/${id}`, { email });
      return status === 200 ? 'done' : `${status} ${body.error}`;
    };
    expect(await to(other.id, old!)).toBe('409 email: already taken');
    expect(await to(owner.id, fresh!)).toBe('done');
    expect(await to(other.id, old!)).toBe('done');
    expect(await to(owner.id, old!)).toBe('409 email: already taken');
    expect(await to(other.id, null)).toBe('done');
    expect(await to(owner.id, old!)).toBe('done');
  });

  it('an API key is its partner’s for the overlap, then anybody’s', async () => {
    const keyOf = (mark: string) => `${mark}-${unique()}-key-0001`;
    const [old, fresh] = [keyOf('old'), keyOf('new')];
    const owner = await partner({ api_key: old });
    const other = await partner();
    const directory = app.app.get(AccountDirectory);
    const holder = async (apiKey: string) => (await directory.findByApiKey(apiKey))?.id ?? null;
    const ownerId = await holder(old);
    expect(ownerId).not.toBeNull();
    await admin.put(`/partners/${owner.id}`, { api_key: fresh, overlap_hours: 1 });
    expect([await holder(old), await holder(fresh)]).toEqual([ownerId, ownerId]);
    const taken = await admin.put(`/partners/${other.id}`, { api_key: old });
    expect(taken).toMatchObject({ status: 409, body: { error: 'api_key: already taken' } });
    app.clock.advance(HOUR_MS);
    admin = await anyone.login('admin', PASSWORD);
    expect([await holder(old), await holder(fresh)]).toEqual([null, ownerId]);
    expect((await admin.put(`/partners/${other.id}`, { api_key: old })).status).toBe(200);
    expect(await holder(old)).not.toBe(ownerId);
    const back = await admin.put(`/partners/${owner.id}`, { api_key: old });
    expect(back).toMatchObject({ status: 409, body: { error: 'api_key: already taken' } });
  });
});
