import { PROJECTIONS } from '../../projections/all.js';
import type { OrderDocument } from '../../projections/ordering/orders.projection.js';
import { BuyKey, CancelReservation, RefundOrder, ReserveKey } from '../../src/contexts/ordering/index.js';
import { AccountIndex } from '../../src/contexts/partners/index.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';

let app: TestApp;
let models: ReadModels;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  models = app.app.get(ReadModels);
});
afterAll(() => app.close());

/** All documents of all read models, as text. */
async function dump(): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const { name } of PROJECTIONS) {
    const documents = await models.find(name, { sort: { _id: 1 } });
    all[name] = documents.map((document) => JSON.stringify(document));
  }
  return all;
}

it('read models folded anew are, byte for byte, those that followed the sales as they happened', async () => {
  const admin = await new Client(app).login('admin', PASSWORD);
  await admin.put('/rates', { USD: '1.7' });
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const category = await admin.create('/categories', { name_en: 'C' });
  const product = await admin.create('/products', { name_en: 'P', vendor_id, subcategory_id: category.id });
  const { id: package_id } = await admin.create('/packages', {
    name_en: 'K',
    product_id: product.id,
    price: '25.50',
  });
  const keys = Array.from({ length: 6 }, (_, index) => ({
    key_text: `KEY-${index}`,
    serial_number: `SN-${index}`,
  }));
  await admin.post('/keys/bulk', { package_id, keys });
  const { id } = await admin.create('/partners', { name: 'P', login: 'p', password: 'partner-password' });
  await admin.post(`/partners/${id}/balances/topup`, { currency: 'AZN', amount: '500', reference: 'R' });
  const partnerId = app.app.get(AccountIndex).findByPublicId(id)!.id;
  const buyer = { partnerId, apiKeyId: null, package: package_id, currency: 'AZN' as const };
  for (const order of ['A', 'B', 'A']) {
    await app.run(new BuyKey(app.context(), { ...buyer, order, email: null, language: 'en' }));
  }
  await app.run(new ReserveKey(app.context(), buyer));
  const { keyNumber } = await app.run(new ReserveKey(app.context(), buyer));
  await app.run(new CancelReservation(app.context(), { partnerId, keyNumber }));
  const [sold] = await models.find<OrderDocument>('orders', { filter: { reference: 'B' } });
  const refund = { orderId: String(sold!._id), kind: 'refund', reason: 'faulty' } as const;
  await app.run(new RefundOrder(app.context(), refund));

  const followed = await dump();
  expect(followed.orders).toHaveLength(2);
  expect(followed.keys).toHaveLength(6);
  for (const { name } of PROJECTIONS) {
    if (followed[name]!.length === 0) throw new Error(`nothing to compare in ${name}`);
    await app.runtime.projections.rebuild(name);
  }
  expect(await dump()).toEqual(followed);

  expect((await admin.get(`/packages/${package_id}`)).body.data).toMatchObject({
    available_keys: 3,
    reserved_keys: 1,
    sold_keys: 2,
  });
  expect((await admin.get(`/partners/${id}/balances`)).body.data).toEqual([
    { currency: 'AZN', balance: '474.50', held: '25.50', available: '449.00' },
  ]);
});
