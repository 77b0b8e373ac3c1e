import { RequestMethod, type Type } from '@nestjs/common';
import fc from 'fast-check';
import { POLICY, type Policy } from '../../../src/apis/rest-v2/access.js';
import { REST_V2_CONTROLLERS } from '../../../src/apis/rest-v2/rest-v2.providers.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const MISSING = 987_654_321;

let app: TestApp;
let anyone: Client;
let admin: Client;
let productId: number;
let packageId: number;
let partnerId: number;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  productId = (await admin.create('/products', { name_en: 'P', vendor_id })).id;
  packageId = (await admin.create('/packages', { name_en: 'K', product_id: productId, price: 1 })).id;
  partnerId = (await admin.create('/partners', { name: 'P', login: 'p', password: PASSWORD })).id;
});
afterAll(() => app.close());

interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly policy: Policy | undefined;
}

/** Every route of the controllers, from what Nest itself reads. */
function routesOf(controller: Type): Route[] {
  const prefix: string = Reflect.getMetadata('path', controller);
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    const handler = controller.prototype[name];
    const method: RequestMethod | undefined = Reflect.getMetadata('method', handler);
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata('path', handler)].flat() as string[];
    return paths.map((path) => ({
      method: RequestMethod[method] as Route['method'],
      path: `/${prefix}/${path}`.replace(/^\/api/, '').replace(/\/+$/, ''),
      policy: Reflect.getMetadata(POLICY, handler),
    }));
  });
}

const ROUTES = REST_V2_CONTROLLERS.flatMap(routesOf);
const WITH_BODY = ROUTES.filter(({ method }) => method === 'POST' || method === 'PUT');
const name = ({ method, path }: Route) => `${method} ${path}`;

describe('every route', () => {
  it('is found by these tests', () => expect(ROUTES.length).toBeGreaterThan(20));

  it.each(ROUTES.map((route) => [name(route), route] as const))(
    '%s says who may call it',
    (_, { policy }) => {
      expect(policy === 'public' || (Array.isArray(policy) && policy.length > 0)).toBe(true);
    },
  );

  it('changes nothing for roles that only read', () => {
    // One's own logins aside: they change nothing but who is logged in. Partners may set up their own webhooks.
    const open = WITH_BODY.filter(({ path, policy }) => policy !== 'public' && !path.startsWith('/auth/'));
    for (const { path, policy } of open) {
      expect(policy).not.toContain('auditor');
      if (!path.startsWith('/partners/:id/webhooks')) expect(policy).not.toContain('partner');
    }
  });

  it.each(ROUTES.filter(({ policy }) => policy !== 'public').map((route) => [name(route), route] as const))(
    '%s is closed without a token',
    async (_, { method, path }) => {
      const answer = await anyone.call(method, path.replace(':id', '1'), method === 'GET' ? undefined : {});
      expect(answer).toMatchObject({ status: 401, body: { success: false, error: expect.any(String) } });
    },
  );
});

it.each([
  '/orders/stats/dashboard?dateFrom=2026-01-01',
  '/products/stats?vendor_id=1',
  '/partners/1/statistics?dateFrom=2026-01-01',
  '/auth/me?x=1',
  '/auth/me?constructor=1',
  '/orders?constructor=1',
  '/orders?__proto__=1',
])('%s is refused: nothing is narrowed by what a route does not know', async (path) => {
  const parameter = /\?(\w+)/.exec(path)?.[1];
  const { status, body } = await admin.get(path);
  expect([status, body.error]).toEqual([400, `property ${parameter} should not exist`]);
  expect((await anyone.get(path)).status).toBe(401);
});

const packageWith = (fields: object) => () => ({ name_en: 'K', product_id: productId, price: 1, ...fields });
const BAD: readonly (readonly [string, 'POST' | 'PUT', () => string, () => unknown, RegExp])[] = [
  ['an unknown field', 'POST', () => '/suppliers', () => ({ name: 'S', colour: 'red' }), /colour/],
  [
    'a field that no copy has',
    'POST',
    () => '/suppliers',
    () => ({ name: 'S', constructor: 1 }),
    /constructor/,
  ],
  ['a missing field', 'POST', () => '/suppliers', () => ({}), /name/],
  ['a number for a text', 'POST', () => '/suppliers', () => ({ name: 5 }), /name/],
  ['an object for a text', 'POST', () => '/suppliers', () => ({ name: { $gt: '' } }), /name/],
  ['null for a text', 'POST', () => '/suppliers', () => ({ name: null }), /name/],
  ['an empty name', 'POST', () => '/suppliers', () => ({ name: '  ' }), /name/],
  ['a NUL in a name', 'POST', () => '/suppliers', () => ({ name: 'a\0b' }), /name/],
  ['a lone surrogate in a name', 'POST', () => '/suppliers', () => ({ name: 'a\ud800' }), /name/],
  ['a long name', 'POST', () => '/suppliers', () => ({ name: 'x'.repeat(201) }), /name/],
  ['another status', 'POST', () => '/suppliers', () => ({ name: 'S', status: 2 }), /status/],
  ['null for a status', 'POST', () => '/suppliers', () => ({ name: 'S', status: null }), /status/],
  ['no vendor', 'POST', () => '/products', () => ({ name_en: 'P' }), /vendor_id/],
  ['a text for an id', 'POST', () => '/products', () => ({ name_en: 'P', vendor_id: '5' }), /vendor_id/],
  [
    'two vendors',
    'POST',
    () => '/products',
    () => ({ name_en: 'P', vendor_id: 1, supplier_id: 2 }),
    /supplier_id/,
  ],
  ['no price', 'POST', () => '/packages', packageWith({ price: undefined }), /price/],
  ['a price of 0', 'POST', () => '/packages', packageWith({ price: 0 }), /price/],
  ['a negative price', 'POST', () => '/packages', packageWith({ price: -1 }), /price/],
  ['too many digits', 'POST', () => '/packages', packageWith({ price: 1.005 }), /price/],
  ['a tiny price', 'POST', () => '/packages', packageWith({ price: 1e-7 }), /price/],
  ['a huge price', 'POST', () => '/packages', packageWith({ price: 1e300 }), /price/],
  ['an inexact price', 'POST', () => '/packages', packageWith({ price: 12345678901234.56 }), /price/],
  ['a price in words', 'POST', () => '/packages', packageWith({ price: 'cheap' }), /price/],
  ['an exponent', 'POST', () => '/packages', packageWith({ price: '1e2' }), /price/],
  ['a list for a price', 'POST', () => '/packages', packageWith({ price: [1] }), /price/],
  ['another currency', 'POST', () => '/packages', packageWith({ currency: 'XXX' }), /currency/],
  ['a currency of Object', 'POST', () => '/packages', packageWith({ currency: 'constructor' }), /currency/],
  ['an empty list of keys', 'POST', () => '/keys/bulk', () => ({ package_id: packageId, keys: [] }), /keys/],
  ['a key that is none', 'POST', () => '/keys/bulk', () => ({ package_id: packageId, keys: ['K'] }), /keys/],
  ['a key that is a list', 'POST', () => '/keys/bulk', () => ({ package_id: packageId, keys: [[]] }), /keys/],
  ['no body', 'POST', () => '/suppliers', () => undefined, /name/],
  [
    'a field of one of many keys',
    'POST',
    () => '/keys/bulk',
    () => ({ package_id: packageId, keys: [{ key_text: 'K' }, { key_text: 5 }] }),
    /keys\.1\.key_text/,
  ],
  ['an empty key', 'POST', () => '/keys', () => ({ package_id: packageId, key_text: '' }), /key_text/],
  [
    'a key of two lines',
    'POST',
    () => '/keys',
    () => ({ package_id: packageId, key_text: 'a\nb' }),
    /key_text: must be one line/,
  ],
  [
    'a key over 72 bytes of password',
    'POST',
    () => '/partners',
    () => ({ name: 'P', login: 'q', password: 'x'.repeat(73) }),
    /password/,
  ],
  [
    'a password with NUL',
    'POST',
    () => '/partners',
    () => ({ name: 'P', login: 'q', password: 'a\0bcdefgh' }),
    /password/,
  ],
  [
    'a limit with too many digits',
    'PUT',
    () => `/partners/${partnerId}`,
    () => ({ credit_limit: '1.001' }),
    /credit_limit/,
  ],
  [
    'an address that is none',
    'PUT',
    () => `/partners/${partnerId}`,
    () => ({ ip_allowlist: ['here'] }),
    /ip_allowlist/,
  ],
  [
    'a markup below -100',
    'PUT',
    () => `/partners/${partnerId}`,
    () => ({ markup_percent: '-101' }),
    /markup_percent/,
  ],
  [
    'ids that are none',
    'PUT',
    () => `/partners/${partnerId}/access`,
    () => ({ product_ids: ['1'] }),
    /product_ids/,
  ],
  ['a rate of AZN', 'PUT', () => '/rates', () => ({ AZN: '1' }), /AZN/],
  ['a rate of 0', 'PUT', () => '/rates', () => ({ USD: '0' }), /USD/],
  ['a rate that is an object', 'PUT', () => '/rates', () => ({ USD: {} }), /USD/],
  [
    'a top-up of nothing',
    'POST',
    () => `/partners/${partnerId}/balances/topup`,
    () => ({ currency: 'AZN', amount: '0.00', reference: 'R' }),
    /amount/,
  ],
  [
    'a top-up with an empty reference',
    'POST',
    () => `/partners/${partnerId}/balances/topup`,
    () => ({ currency: 'AZN', amount: '1.00', reference: '' }),
    /reference/,
  ],
];

describe('a request is refused by the name of its field for', () => {
  it.each(BAD)('%s', async (_, method, path, body, error) => {
    const answer = await admin.call(method, path(), body());
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ success: false, error: expect.stringMatching(error) });
  });
});

describe('a query is refused by the name of its field for', () => {
  it.each([
    ['an empty status', '/products?status=', /status/],
    ['an empty status of keys', '/keys?status=', /status/],
    ['an empty page', '/orders?page=', /page/],
    ['a page in hexadecimal digits', '/orders?page=0x10', /page/],
    ['a page with an exponent', '/orders?page=1e1', /page/],
    ['two pages', '/orders?page=1&page=2', /page/],
    ['a negative limit', '/orders?limit=-1', /limit/],
    ['an unknown field', '/orders?colour=red', /colour/],
  ])('%s', async (_, path, error) => {
    const answer = await admin.get(path);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ success: false, error: expect.stringMatching(error) });
  });
});

it('a call whose body may be empty needs none', async () => {
  const { id } = await admin.create('/suppliers', { name: 'C' });
  const answer = await admin.post(`/suppliers/${id}/prices/convert`, undefined);
  expect(answer.status).toBe(200);
});

describe('what is not there answers 404', () => {
  it.each(['/suppliers', '/products', '/packages', '/partners', '/categories', '/keys'])(
    '%s',
    async (path) => {
      const missing = await admin.get(`${path}/${MISSING}`);
      expect(missing.status).toBe(404);
      for (const impossible of ['0', '9007199254740992', '99999999999999999999']) {
        const { status, body } = await admin.get(`${path}/${impossible}`);
        expect([status, body]).toEqual([404, missing.body]);
      }
      expect((await admin.get(`${path}/1e3`)).status).toBe(400);
    },
  );

  it('for what a body refers to, naming the field', async () => {
    const named: [string, object, RegExp][] = [
      ['/products', { name_en: 'P', vendor_id: MISSING }, /vendor_id/],
      ['/packages', { name_en: 'K', product_id: MISSING, price: 1 }, /product_id/],
      ['/packages', { name_en: 'K', product_id: productId, price: 1, supplier_id: MISSING }, /supplier_id/],
      ['/keys', { package_id: MISSING, key_text: 'K' }, /package_id/],
      ['/partners', { name: 'P', login: 'q', password: PASSWORD, manager_id: partnerId }, /manager_id/],
    ];
    for (const [path, body, error] of named) {
      expect(await admin.post(path, body)).toMatchObject({
        status: 404,
        body: { success: false, error: expect.stringMatching(error) },
      });
    }
  });

  it('for a path of nobody', async () => {
    expect(await admin.get('/nothing')).toMatchObject({ status: 404, body: { success: false } });
  });
});

describe('bodies that are no documents', () => {
  it.each([
    ['not JSON', '{"name":'],
    ['a list', '[]'],
    ['a text', '"name"'],
    ['null', 'null'],
    ['empty', ''],
    ['a prototype', '{"name":"S","__proto__":{"status":1}}'],
    ['a constructor', '{"name":"S","constructor":{"prototype":{}}}'],
    ['deep lists', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['deep objects', `{"name":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
  ])('%s', async (_, body) => {
    const answer = await admin.call('POST', '/suppliers', body);
    expect(answer).toMatchObject({ status: 400, body: { success: false, error: expect.any(String) } });
  });

  it('too large', async () => {
    expect(await admin.post('/suppliers', { name: 'x'.repeat(2_000_000) })).toMatchObject({ status: 413 });
  });
});

describe('queries of lists', () => {
  it.each([
    'page=0',
    'page=x',
    'page=1.5',
    'page=1e99',
    'limit=101',
    'limit=-1',
    'page=1&page=2',
    'sort=password',
    'sort=__proto__',
    'status=2',
    'search=a&search=b',
    'colour=red',
    'search[$gt]=a',
  ])('%s', async (query) => {
    const answer = await admin.get(`/products?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { success: false, error: expect.any(String) } });
  });
});

it('whatever is sent, the answer is no internal error', async () => {
  const routes = WITH_BODY.map(
    ({ method, path }) => [method, path.replace(':id', String(partnerId))] as const,
  );
  const fields = [
    'name',
    'name_en',
    'vendor_id',
    'product_id',
    'package_id',
    'price',
    'currency',
    'keys',
    'key_text',
    'login',
    'password',
    'amount',
    'reference',
    'product_ids',
    'USD',
    'status',
    'expires_at',
    'refreshToken',
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(1, packageId, productId, 'AZN', '1.00', '2027-12-31'),
  );
  const body = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 8 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, path], payload) => {
      const { status, body } = await admin.call(method, path, payload);
      expect(status).toBeLessThan(500);
      expect(body.success).toBe(status < 400);
    }),
    { numRuns: 400, seed: 7 },
  );
});
