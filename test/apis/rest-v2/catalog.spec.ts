import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';

let app: TestApp;
let anyone: Client;
let admin: Client;
let names = 0;
const unique = (): string => `n${++names}`;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
  await admin.put('/rates', { USD: '1.7', EUR: '2', TRY: null, RUB: null });
});
afterAll(() => app.close());

const supplier = (fields: object = {}) => admin.create('/suppliers', { name: unique(), ...fields });
const product = async (fields: object = {}) =>
  admin.create('/products', { name_en: unique(), vendor_id: (await supplier()).id, ...fields });
const pkg = async (fields: object = {}) =>
  admin.create('/packages', { name_en: unique(), product_id: (await product()).id, price: 34, ...fields });
const addKeys = async (packageId: number, count: number): Promise<number[]> => {
  const ids: number[] = [];
  for (let at = 0; at < count; at += 1)
    ids.push((await admin.create('/keys', { package_id: packageId, key_text: `KEY-${unique()}` })).id);
  return ids;
};
const remove = (path: string) => admin.call('DELETE', path);
const partner = async (fields: object = {}) => {
  const login = unique();
  const body = { name: 'P', login, password: 'partner-password', ...fields };
  const { id } = await admin.create('/partners', body);
  return { id, login, client: await anyone.login(login, 'partner-password') };
};

/** Calls an action as a terminal of the partner does; its data. */
async function terminal(login: string, action: number, data: object): Promise<{ keyId: string }> {
  const settings = JSON.stringify({ login, password: 'partner-password' });
  const query = new URLSearchParams({ action: String(action), settings, data: JSON.stringify(data) });
  const answer = await app.adapter.inject({ url: `/public/json/web.service.2024.php?${query}` });
  const { code, data: result } = answer.json();
  if (code !== '0') throw new Error(`action ${action} answered ${code}`);
  await app.settle();
  return result;
}
const reserve = async (login: string, packageId: number): Promise<string> =>
  (await terminal(login, 3, { package: String(packageId) })).keyId;
const cancel = (login: string, key: string) => terminal(login, 5, { key });
const buy = async (login: string, packageId: number): Promise<number> =>
  Number((await terminal(login, 6, { package: String(packageId), order: unique() })).keyId);

describe('changing', () => {
  it('a product, only what is given', async () => {
    const created = await product({ name_ru: 'Игра', position: 4, instructions_en: 'Redeem it.' });
    const answer = await admin.put(`/products/${created.id}`, { name_az: 'Oyun', status: 0, position: null });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        data: { ...created, name_az: 'Oyun', status: 0, position: null, updated_at: expect.any(String) },
      },
    });
    expect((await admin.get(`/products/${created.id}`)).body).toEqual(answer.body);
    const other = await supplier();
    const moved = await admin.put(`/products/${created.id}`, { supplier_id: other.id, name_ru: null });
    expect(moved.body.data).toMatchObject({ vendor_id: other.id, name_ru: null, name_az: 'Oyun' });
  });

  it('a package, its price in the currency that it has unless another one is given', async () => {
    const { id } = await pkg({ price: '34.00', cost: '30', cost_currency: 'USD' });
    const priced = await admin.put(`/packages/${id}`, {
      price: 35.5,
      cost: '31.50',
      hold: true,
      name_ru: 'Р',
    });
    expect(priced.body.data).toMatchObject({
      price: 35.5,
      currency: 'AZN',
      cost: 31.5,
      cost_currency: 'USD',
      hold: true,
      name_ru: 'Р',
    });
    const inUsd = await admin.put(`/packages/${id}`, {
      price: 20,
      currency: 'USD',
      release_policy: 'quarantine',
    });
    expect(inUsd.body.data).toMatchObject({
      price: 20,
      currency: 'USD',
      release_policy: 'quarantine',
      prices: { AZN: 34, USD: 20, EUR: 17, TRY: null, RUB: null },
    });
    expect(await admin.put(`/packages/${id}`, { currency: 'EUR' })).toMatchObject({
      status: 400,
      body: { error: 'price: must be given with currency' },
    });
    expect((await admin.put(`/packages/${id}`, { cost: null })).body.data.cost).toBeNull();
  });

  it('a supplier and a category, which may move in the tree but not below itself', async () => {
    const { id } = await supplier({ country: 'Turkey' });
    expect((await admin.put(`/suppliers/${id}`, { country: null, status: 0 })).body.data).toMatchObject({
      id,
      country: null,
      status: 0,
    });
    const top = await admin.create('/categories', { name_en: unique() });
    const sub = await admin.create('/subcategories', { name_en: unique(), category_id: top.id });
    const listed = await admin.get(`/subcategories?category_id=${top.id}`);
    expect(listed.body.data).toEqual([sub]);
    expect((await admin.put(`/categories/${top.id}`, { parent_id: sub.id })).status).toBe(409);
    expect((await admin.put(`/subcategories/${sub.id}`, { parent_id: null })).body.data.parent_id).toBeNull();
    const search = await admin.get(`/categories?search=${sub.name_en.toUpperCase()}`);
    expect(search.body.data.map(({ id }: { id: number }) => id)).toContain(sub.id);
  });

  it('nothing, for an empty body or by somebody who may not', async () => {
    const created = await pkg();
    expect((await admin.put(`/packages/${created.id}`, {})).body.data).toEqual(created);
    const { client } = await partner();
    expect((await client.put(`/packages/${created.id}`, { price: 1 })).status).toBe(403);
    expect((await client.call('DELETE', `/packages/${created.id}`)).status).toBe(403);
  });

  it.each([
    ['products', { name_en: null }, 'name_en'],
    ['products', { name_ru: 'two\nlines' }, 'name_ru'],
    ['products', { thumbnail_url: 'javascript:alert(1)' }, 'thumbnail_url'],
    ['products', { instructions_az: 'bell\u0007' }, 'instructions_az'],
    ['products', { status: 2 }, 'status'],
    ['products', { colour: 'red' }, 'colour'],
    ['packages', { price: 'cheap' }, 'price'],
    ['packages', { price: '1.001' }, 'price'],
    ['packages', { price: 0 }, 'price'],
    ['packages', { hold: 1 }, 'hold'],
    ['packages', { cost_currency: 'USD' }, 'cost'],
    ['suppliers', { contact_email: 'nobody' }, 'contact_email'],
    ['categories', { position: 1.5 }, 'position'],
  ])('is refused in %s for %j, naming the field', async (kind, body, field) => {
    const made = { products: product, packages: pkg, suppliers: supplier, categories };
    const { id } = await made[kind as keyof typeof made]();
    const answer = await admin.put(`/${kind}/${id}`, body);
    expect({ status: answer.status, error: answer.body.error }).toEqual({
      status: 400,
      error: expect.stringContaining(field),
    });
  });

  it('answers 404 for what is unknown and for what a body refers to', async () => {
    const MISSING = 987_654_321;
    for (const kind of ['products', 'packages', 'suppliers', 'categories']) {
      expect((await admin.put(`/${kind}/${MISSING}`, {})).status).toBe(404);
      expect((await remove(`/${kind}/${MISSING}`)).status).toBe(404);
    }
    const { id } = await pkg();
    expect(await admin.put(`/packages/${id}`, { product_id: MISSING })).toMatchObject({
      status: 404,
      body: { error: 'product_id: not found' },
    });
    expect((await admin.put(`/packages/${id}/prices`, { USD: '1', GBP: '1' })).status).toBe(400);
  });
});

const categories = () => admin.create('/categories', { name_en: unique() });

describe('deleting', () => {
  it('a package retires its keys, and leaves what was sold', async () => {
    const { id } = await pkg();
    const keys = await addKeys(id, 3);
    const { login } = await partner();
    await cancel(login, await reserve(login, id));
    const sold = await buy(login, id);
    expect(await remove(`/packages/${id}`)).toMatchObject({
      status: 200,
      body: { success: true, data: { id } },
    });
    for (const key of keys) {
      const { status } = (await admin.get(`/keys/${key}`)).body.data;
      expect(status).toBe(key === sold ? 3 : 4);
    }
    expect((await admin.get(`/packages/${id}`)).status).toBe(404);
    expect((await remove(`/packages/${id}`)).status).toBe(404);
    await expect(reserve(login, id)).rejects.toThrow('3-3');
  });

  it('a package is refused while a key of it is reserved, and nothing changes', async () => {
    const created = await pkg();
    await addKeys(created.id, 2);
    const { login } = await partner();
    const key = await reserve(login, created.id);
    expect(await remove(`/packages/${created.id}`)).toMatchObject({ status: 409, body: { success: false } });
    expect((await admin.get(`/packages/${created.id}`)).body.data).toMatchObject({
      hold: false,
      status: 1,
      available_keys: 1,
      reserved_keys: 1,
    });
    await cancel(login, key);
    expect((await remove(`/packages/${created.id}`)).status).toBe(200);
  });

  it('a product is refused while a package of it has keys, and takes the others with it', async () => {
    const { id: product_id } = await product();
    const empty = await pkg({ product_id });
    const full = await pkg({ product_id });
    const [key] = await addKeys(full.id, 1);
    expect(await remove(`/products/${product_id}`)).toMatchObject({
      status: 409,
      body: { error: 'A package of the product has keys' },
    });
    expect((await admin.get(`/packages/${empty.id}`)).status).toBe(200);
    await remove(`/keys/${key}`);
    expect((await remove(`/products/${product_id}`)).status).toBe(200);
    for (const { id } of [empty, full]) expect((await admin.get(`/packages/${id}`)).status).toBe(404);
    expect((await admin.get(`/products/${product_id}`)).status).toBe(404);
  });

  it('a supplier is refused while it has packages or products', async () => {
    const { id: vendor_id } = await supplier();
    const { id: product_id } = await product({ vendor_id });
    const own = await pkg({ product_id });
    expect((await remove(`/suppliers/${vendor_id}`)).status).toBe(409);
    await remove(`/packages/${own.id}`);
    expect((await remove(`/suppliers/${vendor_id}`)).status).toBe(409);
    await remove(`/products/${product_id}`);
    expect((await remove(`/suppliers/${vendor_id}`)).status).toBe(200);
    expect((await admin.get(`/suppliers/${vendor_id}`)).status).toBe(404);
    expect((await admin.post('/products', { name_en: 'x', vendor_id })).status).toBe(404);
  });

  it('a category is refused while subcategories or products hang on it', async () => {
    const top = await categories();
    const sub = await admin.create('/subcategories', { name_en: unique(), category_id: top.id });
    const { id } = await product({ subcategory_id: sub.id });
    expect((await remove(`/categories/${top.id}`)).status).toBe(409);
    expect((await remove(`/subcategories/${sub.id}`)).status).toBe(409);
    await admin.put(`/products/${id}`, { subcategory_id: null });
    expect((await remove(`/subcategories/${sub.id}`)).status).toBe(200);
    expect((await remove(`/categories/${top.id}`)).status).toBe(200);
  });
});

describe('lists', () => {
  const ids = ({ body }: { body: { data: { id: number }[] } }) => body.data.map(({ id }) => id);

  it('of products are narrowed by vendor, subcategory and status', async () => {
    const { id: vendor_id } = await supplier();
    const { id: subcategory_id } = await categories();
    const a = await product({ vendor_id, subcategory_id, position: 2 });
    const b = await product({ vendor_id, status: 0, position: 1 });
    const of = async (query: string) => ids(await admin.get(`/products?vendor_id=${vendor_id}${query}`));
    expect(await of('')).toEqual([a.id, b.id]);
    expect(await of('&sort=position')).toEqual([b.id, a.id]);
    expect(await of('&status=0')).toEqual([b.id]);
    expect(await of(`&subcategory_id=${subcategory_id}`)).toEqual([a.id]);
    expect(await of(`&search=${a.name_en}`)).toEqual([a.id]);
    await admin.put(`/products/${b.id}`, { name_az: 'İnternet QIZIL' });
    expect(await of(`&search=${encodeURIComponent('internet qızıl')}`)).toEqual([b.id]);
    expect((await admin.get('/products?vendor_id=987654321')).status).toBe(404);
    const c = await product({ vendor_id });
    expect(await of('&sort=status')).toEqual([b.id, a.id, c.id]);
    expect(await of('&sort=-status')).toEqual([c.id, a.id, b.id]);
    expect((await admin.get('/products?sort=name_en')).status).toBe(200);
    expect((await admin.get('/products?sort=names')).status).toBe(400);
  });

  it('of packages are narrowed by product and supplier, and count the keys that are for sale', async () => {
    const { id: product_id, vendor_id } = await product();
    const other = await supplier();
    const a = await pkg({ product_id });
    const b = await pkg({ product_id, supplier_id: other.id });
    await addKeys(b.id, 2);
    const listed = await admin.get(`/packages?product_id=${product_id}&sort=-id`);
    expect(listed.body.data.map((each: { available_keys: number }) => each.available_keys)).toEqual([2, 0]);
    expect(ids(await admin.get(`/packages?product_id=${product_id}&supplier_id=${other.id}`))).toEqual([
      b.id,
    ]);
    expect(ids(await admin.get(`/packages?vendor_id=${vendor_id}`))).toEqual([a.id]);
  });

  it('statistics count products over all and by vendor', async () => {
    const before = (await admin.get('/products/stats')).body.data;
    const vendor = await supplier();
    await product({ vendor_id: vendor.id });
    await product({ vendor_id: vendor.id, status: 0 });
    await remove(`/products/${(await product({ vendor_id: vendor.id })).id}`);
    const after = (await admin.get('/products/stats')).body.data;
    expect(after).toMatchObject({
      total: before.total + 2,
      active: before.active + 1,
      inactive: before.inactive + 1,
    });
    const own = { vendor_id: vendor.id, vendor_name: vendor.name, total: 2, active: 1, inactive: 1 };
    expect(after.by_vendor).toContainEqual(own);
  });
});

describe('prices', () => {
  it('are set and taken away by hand in single currencies', async () => {
    const { id } = await pkg();
    const set = await admin.put(`/packages/${id}/prices`, { USD: '21.50', RUB: 1_500 });
    expect(set.body.data).toMatchObject({
      prices: { AZN: 34, USD: 21.5, EUR: 17, RUB: 1500, TRY: null },
      explicit_prices: { USD: { price: 21.5, origin: 'manual' }, RUB: { price: 1500, origin: 'manual' } },
    });
    await admin.put(`/packages/${id}`, { explicit_prices: { RUB: null } });
    expect((await admin.get(`/packages/${id}/prices`)).body.data).toEqual({
      AZN: 34,
      USD: 21.5,
      EUR: 17,
      TRY: null,
      RUB: null,
    });
    for (const body of [{ USD: 0 }, { USD: '1.001' }, { USD: -1 }]) {
      expect(await admin.put(`/packages/${id}/prices`, body)).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining('USD') },
      });
    }
  });

  it('are set with the package itself, too', async () => {
    const created = await pkg({ explicit_prices: { USD: '19.99' } });
    expect(created.explicit_prices).toEqual({ USD: { price: 19.99, origin: 'manual' } });
    const { body } = await admin.put(`/packages/${created.id}`, { explicit_prices: { EUR: 18 }, hold: true });
    expect(body.data).toMatchObject({ hold: true, prices: { USD: 19.99, EUR: 18 } });
    for (const [explicit_prices, field] of [
      [{ GBP: 1 }, 'explicit_prices.GBP'],
      [{ USD: 'x' }, 'explicit_prices.USD'],
      [[], 'explicit_prices'],
    ]) {
      const refused = await admin.put(`/packages/${created.id}`, { explicit_prices });
      expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining(String(field))]);
    }
  });

  it("of a supplier's packages come with cost and margin in every currency", async () => {
    const { id: vendor_id } = await supplier();
    const { id: product_id } = await product({ vendor_id });
    const priced = await pkg({ product_id, price: 34, cost: 15, cost_currency: 'USD' });
    await pkg({ product_id, price: 1 });
    const { body } = await admin.get(`/suppliers/${vendor_id}/prices`);
    expect(body.pagination.total).toBe(2);
    expect(body.data[0]).toEqual({
      package_id: priced.id,
      package: priced.name_en,
      product_id,
      price: 34,
      currency: 'AZN',
      cost: 15,
      cost_currency: 'USD',
      prices: {
        AZN: { price: 34, origin: 'base', cost: 25.5, margin: 8.5, margin_percent: '25.00' },
        USD: { price: 20, origin: 'rate', cost: 15, margin: 5, margin_percent: '25.00' },
        EUR: { price: 17, origin: 'rate', cost: 12.75, margin: 4.25, margin_percent: '25.00' },
        TRY: { price: null, origin: 'rate', cost: null, margin: null, margin_percent: null },
        RUB: { price: null, origin: 'rate', cost: null, margin: null, margin_percent: null },
      },
    });
    expect(body.data[1].prices.AZN).toMatchObject({ price: 1, cost: null, margin: null });
  });

  it('are converted at the current rates, over those of an earlier conversion but not over those set by hand', async () => {
    const { id: vendor_id } = await supplier();
    const { id: product_id } = await product({ vendor_id });
    const { id } = await pkg({ product_id, price: 34 });
    await admin.put(`/packages/${id}/prices`, { EUR: 19 });
    const convert = (body: object = {}) => admin.post(`/suppliers/${vendor_id}/prices/convert`, body);
    const explicit = async () => (await admin.get(`/packages/${id}`)).body.data.explicit_prices;
    const first = await convert();
    expect(first).toMatchObject({
      status: 200,
      body: {
        data: {
          packages: 1,
          changed: 1,
          kept_manual: 1,
          without_rate: ['TRY', 'RUB'],
          rates: { USD: '1.7', EUR: '2' },
        },
      },
    });
    expect(await explicit()).toEqual({
      USD: { price: 20, origin: 'converted' },
      EUR: { price: 19, origin: 'manual' },
    });
    await admin.put('/rates', { USD: '2' });
    expect((await admin.get(`/packages/${id}/prices`)).body.data.USD).toBe(20);
    expect((await convert()).body.data.changed).toBe(1);
    expect((await convert({ overwrite: true })).body.data).toMatchObject({ changed: 1, kept_manual: 0 });
    expect(await explicit()).toEqual({
      USD: { price: 17, origin: 'converted' },
      EUR: { price: 17, origin: 'converted' },
    });
    await admin.put('/rates', { USD: '1.7' });
    expect((await convert({ overwrite: 'yes' })).status).toBe(400);
  });

  it('are not converted where a rate makes more of them than a price can be, and the others are', async () => {
    const { id: vendor_id } = await supplier();
    const { id: product_id } = await product({ vendor_id });
    const { id } = await pkg({ product_id, price: 34 });
    await admin.put('/rates', { USD: '0.000000000001' });
    const answer = await admin.post(`/suppliers/${vendor_id}/prices/convert`, {});
    await admin.put('/rates', { USD: '1.7' });
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { changed: 1, without_rate: ['USD', 'TRY', 'RUB'] } },
    });
    const { explicit_prices: explicit } = (await admin.get(`/packages/${id}`)).body.data;
    expect(explicit).toEqual({ EUR: { price: 17, origin: 'converted' } });
  });
});

describe('a partner', () => {
  it('sees what it may buy, at its own prices, and nothing about costs and suppliers', async () => {
    const open = await product();
    const closed = await product();
    const offered = await pkg({ product_id: open.id, price: 34, cost: 30 });
    const held = await pkg({ product_id: open.id, hold: true });
    const off = await pkg({ product_id: open.id, status: 0 });
    const foreign = await pkg({ product_id: closed.id });
    const { id, client } = await partner({ default_currency: 'USD' });
    await admin.put(`/partners/${id}`, { markup_percent: '10' });
    await admin.put(`/partners/${id}/access`, { product_ids: [open.id], all_products: false });
    expect((await client.get('/products')).body.data.map((each: { id: number }) => each.id)).toEqual([
      open.id,
    ]);
    const packages = (await client.get('/packages')).body.data;
    expect(packages).toMatchObject([
      { id: offered.id, price: 22, currency: 'USD', prices: { USD: 22, AZN: 37.4 } },
    ]);
    expect(JSON.stringify(packages)).not.toMatch(/cost|supplier|vendor|explicit|hold|reserved/);
    expect((await client.get(`/packages/${offered.id}/prices`)).body.data).toMatchObject({ USD: 22 });
    expect((await client.get(`/products/${open.id}`)).body.data).not.toHaveProperty('vendor');
    const missing = await client.get('/packages/987654321');
    for (const hidden of [held, off, foreign]) {
      const answer = await client.get(`/packages/${hidden.id}`);
      expect([answer.status, answer.body]).toEqual([404, missing.body]);
    }
    expect((await client.get(`/products/${closed.id}`)).status).toBe(404);
    expect((await client.get(`/packages?product_id=${open.id}`)).body.pagination.total).toBe(1);
    const unseen = await client.get(`/packages?product_id=${closed.id}`);
    expect([unseen.status, unseen.body.pagination.total]).toEqual([200, 0]);
    for (const filter of ['product_id', 'vendor_id', 'supplier_id']) {
      const unknown = await client.get(`/packages?${filter}=987654321`);
      expect([unknown.status, unknown.body]).toEqual([200, unseen.body]);
    }
    for (const filter of [
      `vendor_id=${open.vendor_id}`,
      `supplier_id=${open.vendor_id}`,
      `vendor_id=1&supplier_id=2`,
    ]) {
      for (const path of ['/products', '/packages']) {
        const told = await client.get(`${path}?${filter}`);
        expect([path, filter, told.status, told.body]).toEqual([path, filter, 200, unseen.body]);
      }
    }
    await admin.put(`/partners/${id}/access`, {
      package_ids: [foreign.id],
      all_products: true,
      product_ids: [],
    });
    expect((await client.get('/packages')).body.data.map((each: { id: number }) => each.id)).toEqual([
      foreign.id,
    ]);
    expect((await client.get('/products')).body.data.map((each: { id: number }) => each.id)).toEqual([
      closed.id,
    ]);
  });
});
