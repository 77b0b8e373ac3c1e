import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECTIONS } from '../../projections/all.js';
import type { DeliveryDocument } from '../../projections/deliveries/deliveries.projection.js';
import { ReportDelivery } from '../../src/contexts/deliveries/index.js';
import { BuyKey } from '../../src/contexts/ordering/index.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import type { Filter, ReadDocument } from '../../src/platform/read-store/read-store.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SELLING_SETTINGS, sellSome } from './sell-some.js';

const WAIT_MS = 10_000;
type Sold = Awaited<ReturnType<typeof sellSome>>;

let app: TestApp;
let models: ReadModels;

beforeAll(async () => {
  app = await startTestApp({ settings: { ...SELLING_SETTINGS, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32' } });
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

/** The first document of a read model that something in the background writes. */
async function eventually<D extends ReadDocument>(name: string, filter: Filter = {}): Promise<D> {
  for (const endMs = performance.now() + WAIT_MS; performance.now() < endMs; await sleep(20)) {
    await app.settle();
    const found = await models.findOne<D>(name, filter);
    if (found) return found;
  }
  throw new Error(`nothing came into ${name}`);
}

/** A sale that is told to an endpoint where nobody listens, and mailed to an address that does not exist. */
async function sellToBadAddresses({ admin, partner, buyer }: Sold): Promise<void> {
  const endpoint = { url: 'http://127.0.0.1:65535/', event_types: ['order.confirmed'] };
  await admin.create(`/partners/${partner}/webhooks`, endpoint);
  await app.run(new BuyKey(app.context(), { ...buyer, order: 'C', email: 'a@example.com', language: 'en' }));
  await eventually('webhook-deliveries');
  const { _id: order, send } = await eventually<DeliveryDocument>('deliveries', { status: 'sent' });
  const report = {
    ...({ report: 'bounced', code: 'permanent', reportId: 'r', providerId: null } as const),
    reportedAt: new Date().toISOString(),
    named: { order: String(order), send },
  };
  await app.run(new ReportDelivery(app.context(), report));
}

it('read models folded anew are, byte for byte, those that followed the sales as they happened', async () => {
  const sold = await sellSome(app);
  const { admin, partner, package: package_id } = sold;
  await sellToBadAddresses(sold);
  await admin.put(`/packages/${package_id}`, { low_stock_threshold: 3 });
  app.runtime.packageStatus.sweep();
  await app.runtime.packageStatus.settled();
  await app.settle();

  const followed = await dump();
  expect(followed.orders).toHaveLength(3);
  expect(followed.keys).toHaveLength(6);
  for (const { name } of PROJECTIONS) {
    if (followed[name]!.length === 0) throw new Error(`nothing to compare in ${name}`);
    await app.runtime.projections.rebuild([name]);
  }
  expect(await dump()).toEqual(followed);

  expect((await admin.get(`/packages/${package_id}`)).body.data).toMatchObject({
    available_keys: 2,
    reserved_keys: 1,
    sold_keys: 3,
  });
  expect((await admin.get(`/partners/${partner}/balances`)).body.data).toEqual([
    { currency: 'AZN', balance: '449.00', held: '25.50', available: '423.50' },
  ]);
});
