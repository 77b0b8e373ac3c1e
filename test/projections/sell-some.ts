import type { OrderDocument } from '../../projections/ordering/orders.projection.js';
import { BuyKey, CancelReservation, RefundOrder, ReserveKey } from '../../src/contexts/ordering/index.js';
import { AccountIndex } from '../../src/contexts/partners/index.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { Client } from '../apis/rest-v2/client.js';
import type { TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';

/** For an app that is to `sellSome`. */
export const SELLING_SETTINGS = { KEYFORGE_ADMIN_PASSWORD: PASSWORD };

/** A catalogue, a partner, stock, sales, reservations and a refund: something for every read model. */
export async function sellSome(app: TestApp) {
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
  const { id: partner } = await admin.create('/partners', {
    name: 'P',
    login: 'p',
    password: 'partner-password',
  });
  await admin.post(`/partners/${partner}/balances/topup`, { currency: 'AZN', amount: '500', reference: 'R' });
  const partnerId = app.app.get(AccountIndex).findByPublicId(partner)!.id;
  const buyer = { partnerId, apiKeyId: null, package: package_id, currency: 'AZN' as const };
  for (const order of ['A', 'B', 'A']) {
    await app.run(new BuyKey(app.context(), { ...buyer, order, email: null, language: 'en' }));
  }
  await app.run(new ReserveKey(app.context(), buyer));
  const { keyNumber } = await app.run(new ReserveKey(app.context(), buyer));
  await app.run(new CancelReservation(app.context(), { partnerId, keyNumber }));
  const [sold] = await app.app.get(ReadModels).find<OrderDocument>('orders', { filter: { reference: 'B' } });
  const refund = { orderId: String(sold!._id), kind: 'refund', reason: 'faulty' } as const;
  await app.run(new RefundOrder(app.context(), refund));
  return { admin, partner, package: package_id, buyer };
}
