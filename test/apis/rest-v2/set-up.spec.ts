import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';

let app: TestApp;
let anyone: Client;
let admin: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
});
afterAll(() => app.close());

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
let names = 0;
const unique = (): string => `n${++names}`;

const supplier = () => admin.create('/suppliers', { name: unique() });
const product = async () =>
  admin.create('/products', { name_en: unique(), vendor_id: (await supplier()).id });
const pkg = async (fields: object = {}) =>
  admin.create('/packages', { name_en: unique(), product_id: (await product()).id, price: 34, ...fields });
const partner = (fields: object = {}) =>
  admin.create('/partners', { name: 'P', login: unique(), password: 'partner-password', ...fields });

describe('logging in', () => {
  it('answers both tokens and the user', async () => {
    const { status, body } = await anyone.post('/auth/login', { login: 'admin', password: PASSWORD });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: {
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        user: { id: expect.any(Number), login: 'admin', role: 'super_admin' },
      },
    });
    const refreshed = await anyone.post('/auth/refresh', { refreshToken: body.data.refreshToken });
    expect(refreshed.status).toBe(200);
    const again = await anyone.post('/auth/refresh', { refreshToken: body.data.refreshToken });
    expect(again).toMatchObject({ status: 401, body: { success: false } });
  });

  it('says who is logged in', async () => {
    const { status, body } = await admin.get('/auth/me');
    expect({ status, body }).toEqual({
      status: 200,
      body: { success: true, data: { id: expect.any(Number), login: 'admin', role: 'super_admin' } },
    });
  });

  it('refuses a wrong password, a missing token and a forged one in the documented shape', async () => {
    expect(await anyone.post('/auth/login', { login: 'admin', password: 'x' })).toMatchObject({
      status: 401,
      body: { success: false, error: 'Unauthorized: Invalid login or password' },
    });
    for (const client of [anyone, new Client(app, 'forged'), new Client(app, 'a.b.c')]) {
      expect(await client.get('/auth/me')).toMatchObject({
        status: 401,
        body: { success: false, error: 'Unauthorized: Invalid or expired token' },
      });
    }
  });
});

describe('setting up a shop with the documented bodies', () => {
  it('creates a supplier', async () => {
    const body = {
      name: 'Digital Keys Supplier',
      country: 'Turkey',
      contact_email: 'sales@supplier.com',
      status: 1,
    };
    const answer = await admin.post('/suppliers', body);
    expect(answer.status).toBe(201);
    expect(answer.headers['x-position']).toMatch(/^[0-9a-f]{16}$/);
    const created = { id: expect.any(Number), ...body, product_count: 0, created_at: TIME, updated_at: TIME };
    expect(answer.body).toEqual({ success: true, data: created });
    expect((await admin.get(`/suppliers/${answer.body.data.id}`)).body).toEqual(answer.body);
  });

  it('creates a product under its vendor and subcategory', async () => {
    const vendor = await supplier();
    const category = await admin.create('/categories', { name_en: 'Games' });
    const sub = await admin.create('/subcategories', { name_en: 'Wallets', category_id: category.id });
    const body = {
      name_en: 'Steam Wallet $20',
      name_ru: 'Steam Кошелёк $20',
      name_az: 'Steam Cüzdan $20',
      vendor_id: vendor.id,
      subcategory_id: sub.id,
      status: 1,
      position: 10,
    };
    const created = await admin.create('/products', body);
    expect(created).toMatchObject({
      ...body,
      id: expect.any(Number),
      vendor: { id: vendor.id, name: vendor.name },
    });
    expect((await admin.get(`/products/${created.id}`)).body.data).toEqual(created);
    expect((await admin.get(`/suppliers/${vendor.id}`)).body.data.product_count).toBe(1);
  });

  it('creates a package whose price is exactly the number that was given', async () => {
    const { id: product_id, vendor_id } = await product();
    const body = {
      name_en: 'Steam $20 Global',
      product_id,
      supplier_id: vendor_id,
      currency: 'AZN',
      status: 1,
    };
    const answer = await admin.call(
      'POST',
      '/packages',
      `${JSON.stringify(body).slice(0, -1)},"price":34.10}`,
    );
    expect(answer.status).toBe(201);
    expect(answer.body.data).toMatchObject({ ...body, price: 34.1, available_keys: 0 });
    const read = await admin.get(`/packages/${answer.body.data.id}`);
    expect(read.body.data).toMatchObject({ ...answer.body.data, prices: { AZN: 34.1 } });
  });

  it('creates keys, skips duplicates, and counts what is in stock', async () => {
    const { id: package_id } = await pkg();
    const body = {
      package_id,
      key_text: 'XXXX-YYYY-ZZZZ-0001',
      serial_number: 'SN-12345',
      expires_at: '2027-12-31',
    };
    const key = await admin.create('/keys', body);
    expect(key).toMatchObject({ ...body, id: expect.any(Number), status: 1 });
    expect((await admin.get(`/keys/${key.id}`)).body.data).toEqual({ ...key, key_text: '********' });
    expect(await admin.post('/keys', body)).toMatchObject({ status: 409 });
    const keys = [
      { key_text: 'KEY-001', serial_number: 'SN-001' },
      { key_text: 'key 001' },
      { key_text: 'XXXX-YYYY-ZZZZ-0001' },
      { key_text: 'KEY-003', expires_at: 'soon' },
      { key_text: 'KEY-004' },
    ];
    const bulk = await admin.post('/keys/bulk', { package_id, keys });
    expect(bulk).toMatchObject({
      status: 200,
      body: {
        success: true,
        data: {
          added: 2,
          skipped: [
            { index: 1, reason: 'duplicate_in_request' },
            { index: 2, reason: 'duplicate' },
            { index: 3, reason: 'invalid_expiry' },
          ],
        },
      },
    });
    expect((await admin.get(`/packages/${package_id}`)).body.data.available_keys).toBe(3);
    const listed = await admin.get(`/keys?package_id=${package_id}&status=1&limit=2`);
    expect(listed.body.pagination).toEqual({ page: 1, limit: 2, total: 3, totalPages: 2 });
    expect(JSON.stringify(listed.body)).not.toContain('KEY-');
  });

  it('creates a partner that can log in and sees itself alone', async () => {
    const body = { name: 'PayNet Azerbaijan', login: 'paynet', api_key: 'unique-api-key-string', status: 1 };
    const created = await admin.create('/partners', {
      ...body,
      password: 'secure_password',
      default_currency: 'AZN',
    });
    expect(created).toMatchObject({
      id: expect.any(Number),
      name: body.name,
      login: body.login,
      status: 1,
      default_currency: 'AZN',
      billing_mode: 'postpaid',
      credit_limit: null,
    });
    expect(JSON.stringify(created)).not.toMatch(/secure_password|unique-api-key/);
    const other = await partner();
    const self = await anyone.login('paynet', 'secure_password');
    expect((await self.get(`/partners/${created.id}`)).body.data).toEqual(created);
    const foreign = await self.get(`/partners/${other.id}`);
    const missing = await self.get('/partners/999999');
    expect([foreign.status, foreign.body]).toEqual([404, missing.body]);
    for (const path of ['/suppliers', '/partners', '/keys']) expect((await self.get(path)).status).toBe(403);
    expect((await self.put(`/partners/${created.id}`, { markup_percent: '-50' })).status).toBe(403);
  });

  it('refuses a login and an API key that somebody has', async () => {
    const { login } = await partner({ api_key: 'somebody-elses-key' });
    const body = { name: 'P', login, password: 'partner-password' };
    expect(await admin.post('/partners', body)).toMatchObject({
      status: 409,
      body: { error: 'login: already taken' },
    });
    expect(
      await admin.post('/partners', { ...body, login: unique(), api_key: 'somebody-elses-key' }),
    ).toMatchObject({ status: 409, body: { error: 'api_key: already taken' } });
  });

  it('changes a partner', async () => {
    const { id } = await partner();
    const changes = {
      billing_mode: 'prepaid',
      credit_limit: '250.00',
      status: 0,
      ip_allowlist: ['10.0.0.0/8'],
      reveal_on: 'confirm',
      markup_percent: '2.5',
      commission_percent: '1',
      max_open_reservations: 5,
    };
    const answer = await admin.put(`/partners/${id}`, changes);
    expect(answer).toMatchObject({ status: 200, body: { success: true, data: { id, ...changes } } });
    expect((await admin.get(`/partners/${id}`)).body).toEqual(answer.body);
    expect((await admin.put(`/partners/${id}`, { credit_limit: null })).body.data.credit_limit).toBeNull();
  });

  it('narrows what a partner may buy', async () => {
    const { id } = await partner();
    expect((await admin.get(`/partners/${id}/access`)).body.data).toEqual({
      all_products: true,
      product_ids: [],
      package_ids: null,
    });
    const { id: product_id } = await product();
    const body = { product_ids: [product_id], all_products: false };
    expect((await admin.put(`/partners/${id}/access`, body)).body.data).toEqual({
      ...body,
      package_ids: null,
    });
    for (const nothing of [undefined, {}, { package_ids: [1] }]) {
      expect((await admin.put(`/partners/${id}/access`, nothing)).status).toBe(400);
    }
    expect(await admin.put(`/partners/${id}/access`, { product_ids: [999_999] })).toMatchObject({
      status: 404,
      body: { error: 'product_ids: 999999 not found' },
    });
  });

  it('sets rates and shows prices at them', async () => {
    const answer = await admin.put('/rates', { USD: '1.7000', EUR: 1.85 });
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, data: { USD: '1.7000', EUR: '1.85' } },
    });
    expect((await admin.get('/rates')).body).toEqual(answer.body);
    const { id } = await pkg({ price: '34.00' });
    const prices = (await admin.get(`/packages/${id}/prices`)).body.data;
    expect(prices).toMatchObject({ AZN: 34, USD: 20, RUB: null });
  });

  it('takes whole coins of every currency, and no amount beyond reason', async () => {
    const { id } = await partner();
    const topUp = (currency: string, amount: string) =>
      admin.post(`/partners/${id}/balances/topup`, { currency, amount, reference: `${currency} ${amount}` });
    expect((await topUp('ETH', '2.000000000000000001')).body.data.available).toBe('2.000000000000000001');
    expect((await topUp('AZN', '10000000000000.00')).status).toBe(200);
    expect((await topUp('AZN', '10000000000000.01')).status).toBe(400);
  });

  it('tops a balance up once per reference', async () => {
    const { id } = await partner();
    const body = { currency: 'AZN', amount: '100.00', reference: 'INV-1', comment: 'for Ali' };
    const first = await admin.post(`/partners/${id}/balances/topup`, body);
    expect(first).toMatchObject({
      status: 200,
      body: { success: true, data: { ...body, balance: '100.00' } },
    });
    expect((await admin.post(`/partners/${id}/balances/topup`, body)).body).toEqual(first.body);
    // The comment that is kept is the first one.
    const again = { ...body, comment: 'for Vali' };
    expect((await admin.post(`/partners/${id}/balances/topup`, again)).body).toEqual(first.body);
    const other = await admin.post(`/partners/${id}/balances/topup`, { ...body, amount: '100.01' });
    expect(other.status).toBe(409);
    expect((await admin.get(`/partners/${id}/balances`)).body.data).toEqual([
      { currency: 'AZN', balance: '100.00', held: '0.00', available: '100.00' },
    ]);
  });
});

describe('lists', () => {
  it('are paged, sorted, filtered and searched', async () => {
    const mark = unique();
    for (const name of ['b', 'a', 'c'])
      await admin.create('/suppliers', { name: `${mark} ${name} (+)`, status: 0 });
    const names = async (query: string) => {
      const { body } = await admin.get(`/suppliers?search=${mark}${query}`);
      return body.data.map((found: { name: string }) => found.name.split(' ')[1]);
    };
    expect(await names('&sort=name')).toEqual(['a', 'b', 'c']);
    expect(await names('&sort=-name&limit=2')).toEqual(['c', 'b']);
    expect(await names('&sort=-name&limit=2&page=2')).toEqual(['a']);
    expect(await names('&page=9')).toEqual([]);
    expect(await names('&status=1')).toEqual([]);
    expect(await names(encodeURIComponent(' A (+)'))).toEqual(['a']);
  });
});

it('tokens die when a partner is blocked', async () => {
  const { id, login } = await partner();
  const self = await anyone.login(login, 'partner-password');
  expect((await self.get(`/partners/${id}`)).status).toBe(200);
  await admin.put(`/partners/${id}`, { status: 2 });
  await app.settle();
  expect((await self.get(`/partners/${id}`)).status).toBe(401);
});
