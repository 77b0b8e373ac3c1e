import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreError } from '../../src/platform/event-store/event-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';
const WAIT_MS = 10_000;
const HALF_A_DAY_MS = 12 * 3_600_000;
/** More than a provider that fails is asked. */
const DAYS_OF_RUNS = 10;

let app: TestApp;
beforeAll(async () => {
  const KEYFORGE_MASTER_KEY = MasterKey.generate().reveal();
  const settings = { NODE_ENV: 'production', KEYFORGE_MASTER_KEY, KEYFORGE_ADMIN_PASSWORD: PASSWORD };
  app = await startTestApp({ settings });
}, 30_000);
afterAll(() => app.close());

/** The order's delivery, once it says why it waits. */
async function delivery(): Promise<object> {
  const admin = await new Client(app).login('admin', PASSWORD);
  for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(20)) {
    await app.settle();
    const [order] = (await admin.get('/deliveries')).body.data;
    if (order?.last_error_code) return order;
  }
  throw new Error('it does not say why it waits');
}

it('in production an order waits for a provider, however long, and says so', async () => {
  expect(app.lines.filter((line) => line.includes('no mail goes out'))).toHaveLength(1);
  const admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'Game', vendor_id });
  const { id: package_id } = await admin.create('/packages', { name_en: 'K', product_id, price: 1 });
  await admin.post('/keys/bulk', { package_id, keys: [{ key_text: 'KEY-1' }] });
  await admin.create('/partners', { name: 'Shop', login: 'shop', password: PASSWORD });
  const settings = JSON.stringify({ login: 'shop', password: PASSWORD });
  const data = JSON.stringify({ package: package_id, order: 'O-1', email: 'customer@example.com' });
  const query = new URLSearchParams({ action: '6', settings, data });
  expect((await new Client(app).get(`/v1/partners/service?${query}`)).body.code).toBe('0');

  const waiting = { status: 'pending', attempts: 0, last_error_code: 'no_mail_provider' };
  const before = await delivery();
  expect(before).toMatchObject(waiting);
  for (let run = 0; run < 2 * DAYS_OF_RUNS; run += 1) {
    app.clock.advance(HALF_A_DAY_MS);
    await app.runtime.processes.runDue();
  }
  expect(await delivery()).toEqual(before);
});

it('a customer who was erased before the disk was full is not said to be there unchanged', async () => {
  const { events } = app.engines;
  const append = events.append.bind(events);
  events.append = async (batch) => {
    const ends = batch.some((entry) => entry.events.some(({ type }) => type === 'DeliveryErased'));
    if (ends) throw new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing');
    return append(batch);
  };
  try {
    const admin = await new Client(app).login('admin', PASSWORD);
    expect(await admin.post('/privacy/erasures', { email: 'customer@example.com' })).toMatchObject({
      status: 503,
      body: { error: expect.stringMatching(/look whether the change was made/) },
    });
  } finally {
    events.append = append;
  }
});
