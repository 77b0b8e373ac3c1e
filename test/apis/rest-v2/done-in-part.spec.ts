import { EventStoreError } from '../../../src/platform/event-store/event-store.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
/** More than one lot holds. */
const KEYS = 1_500;

let app: TestApp;
let admin: Client;
beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
});
afterAll(() => app.close());

/** From the second append with such an event on, the disk is full, until what it answers is called. */
function fullAfter(type: string): () => void {
  const { events } = app.engines;
  const append = events.append.bind(events);
  let seen = 0;
  events.append = async (batch) => {
    if (batch.some((entry) => entry.events.some((event) => event.type === type))) seen += 1;
    if (seen > 1) throw new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing');
    return append(batch);
  };
  return () => {
    events.append = append;
  };
}

async function newPackage(): Promise<number> {
  const supplier = await admin.create('/suppliers', { name: 'S' });
  const product = await admin.create('/products', { name_en: 'P', vendor_id: supplier.id });
  return (await admin.create('/packages', { name_en: 'K', product_id: product.id, price: 1 })).id;
}

const keys = (prefix: string) =>
  Array.from({ length: KEYS }, (_, n) => ({ key_text: `${prefix}-${String(n).padStart(6, '0')}` }));

async function freeKeys(packageId: number): Promise<number> {
  await app.settle();
  const { body } = await admin.get(`/keys?package_id=${packageId}&status=1`);
  return body.pagination.total;
}

const DOUBT = {
  status: 503,
  body: { success: false, error: expect.stringMatching(/^The service is not available; look whether/) },
};

it('keys of which the first lot came in before the disk was full are not said to have changed nothing', async () => {
  const id = await newPackage();
  const free = fullAfter('LotOpened');
  expect(await admin.post('/keys/bulk', { package_id: id, keys: keys('AAAA') })).toMatchObject(DOUBT);
  free();
  expect(await freeKeys(id)).toBe(1_000);
});

it('nor is the deletion of a package that retired some of its keys', async () => {
  const id = await newPackage();
  await admin.post('/keys/bulk', { package_id: id, keys: keys('BBBB') });
  const free = fullAfter('KeyRetired');
  expect(await admin.call('DELETE', `/packages/${id}`)).toMatchObject(DOUBT);
  free();
  expect(await freeKeys(id)).toBe(500);
});
