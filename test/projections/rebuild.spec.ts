import { PROJECTIONS } from '../../projections/all.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SELLING_SETTINGS, sellSome } from './sell-some.js';

/** Filled by mail and callbacks, which these sales have none of. */
const EMPTY = ['deliveries', 'suppressions', 'webhook-deliveries'];

let app: TestApp;
let models: ReadModels;

beforeAll(async () => {
  app = await startTestApp({ settings: SELLING_SETTINGS });
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
  const { admin, partner, package: package_id } = await sellSome(app);
  await admin.put(`/packages/${package_id}`, { low_stock_threshold: 3 });
  app.runtime.packageStatus.sweep();
  await app.runtime.packageStatus.settled();
  await app.settle();

  const followed = await dump();
  expect(followed.orders).toHaveLength(2);
  expect(followed.keys).toHaveLength(6);
  for (const { name } of PROJECTIONS) {
    if (followed[name]!.length === 0 && !EMPTY.includes(name))
      throw new Error(`nothing to compare in ${name}`);
    await app.runtime.projections.rebuild([name]);
  }
  expect(await dump()).toEqual(followed);

  expect((await admin.get(`/packages/${package_id}`)).body.data).toMatchObject({
    available_keys: 3,
    reserved_keys: 1,
    sold_keys: 2,
  });
  expect((await admin.get(`/partners/${partner}/balances`)).body.data).toEqual([
    { currency: 'AZN', balance: '474.50', held: '25.50', available: '449.00' },
  ]);
});
