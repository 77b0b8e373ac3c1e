import { Client } from './client.js';
import { KeysShop, PARTNER_PASSWORD } from './keys-shop.js';

let shop: KeysShop;
beforeAll(async () => {
  shop = await KeysShop.open();
});
afterAll(() => shop.app.close());

/** What there is of one package, once everything has settled. */
async function alertsOf(id: number, query = '') {
  await shop.app.settle();
  shop.app.runtime.packageStatus.sweep();
  await shop.app.runtime.packageStatus.settled();
  await shop.app.settle();
  const { body } = await shop.admin.get(`/alerts?limit=100${query}`);
  return body.data.filter((alert: { package_id: number }) => alert.package_id === id);
}
const warnings = (id: number) =>
  shop.app.lines
    .map((line) => JSON.parse(line))
    .filter(({ msg, package: pkg }) => msg === 'a package is low on keys' && pkg === id);

it('shows that a package is low on keys until there are more, and again only after that', async () => {
  const { id, pkg } = await shop.package({ low_stock_threshold: 1 });
  expect(pkg.low_stock_threshold).toBe(1);
  await shop.key(id);
  await shop.key(id);
  expect(await alertsOf(id, '&status=open')).toEqual([]);
  await shop.buy(id);
  const open = {
    package_id: id,
    package: pkg.name_en,
    available: 1,
    threshold: 1,
    status: 'open',
    raised_at: expect.stringMatching(/Z$/),
    closed_at: null,
  };
  const [raised] = await alertsOf(id, '&status=open');
  expect(raised).toEqual(open);
  expect(warnings(id).at(-1)).toMatchObject({ level: 'warn', package: id, available: 1, threshold: 1 });
  await shop.buy(id);
  expect(await alertsOf(id, '&status=open')).toEqual([raised]);
  await shop.key(id);
  await shop.key(id);
  expect(await alertsOf(id, '&status=open')).toEqual([]);
  const closed = await alertsOf(id, '&status=closed');
  expect(closed[0]).toEqual({ ...raised, status: 'closed', closed_at: expect.stringMatching(/Z$/) });
  await shop.buy(id);
  expect(await alertsOf(id, '&status=open')).toEqual([open]);
  expect(await alertsOf(id, '&status=closed')).toEqual(closed);
});

it('a threshold is changed and taken away, and its alert with it', async () => {
  const { id, pkg } = await shop.package();
  expect(pkg.low_stock_threshold).toBeNull();
  await shop.key(id);
  expect(await alertsOf(id)).toEqual([]);
  const path = `/packages/${id}`;
  expect((await shop.admin.put(path, { low_stock_threshold: 3 })).body.data.low_stock_threshold).toBe(3);
  expect(await alertsOf(id)).toMatchObject([{ available: 1, threshold: 3, status: 'open' }]);
  expect((await shop.admin.put(path, { name_az: 'P' })).body.data.low_stock_threshold).toBe(3);
  expect(
    (await shop.admin.put(path, { low_stock_threshold: null })).body.data.low_stock_threshold,
  ).toBeNull();
  expect(await alertsOf(id)).toMatchObject([{ threshold: 3, status: 'closed' }]);
});

it.each([0, 1_000_001, 1.5, '3', true])('refuses %p as a threshold', async (low_stock_threshold) => {
  const { id } = await shop.package();
  expect(await shop.admin.put(`/packages/${id}`, { low_stock_threshold })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('low_stock_threshold') },
  });
});

it('is a list like others, for staff', async () => {
  const query = 'page=1&limit=1&sort=raised_at';
  expect(await shop.admin.get(`/alerts?${query}`)).toMatchObject({
    status: 200,
    body: { success: true, pagination: { page: 1, limit: 1 } },
  });
  for (const wrong of ['status=new', 'sort=package', 'limit=0']) {
    expect((await shop.admin.get(`/alerts?${wrong}`)).status).toBe(400);
  }
  const partner = await new Client(shop.app).login('terminal', PARTNER_PASSWORD);
  expect((await partner.get('/alerts')).status).toBe(403);
  const { body } = await partner.get('/packages');
  expect(body.data[0]).not.toHaveProperty('low_stock_threshold');
});
