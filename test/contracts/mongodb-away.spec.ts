import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../apis/rest-v2/client.js';
import { Shop } from '../apis/terminal-v1/shop.js';
import { MongoServerProcess } from '../support/mongodb/server-process.js';
import { describeOnMongoServer } from '../support/mongodb/test-databases.js';

const ADMIN_PASSWORD = 'an-admin-of-the-outage';
/** How long REST v2 may take to be itself again, on a busy machine. */
const BACK_MS = 20_000;
/** A call that the driver never settles is given up after 30 s. */
const TEST_MS = 120_000;
const RETRY_AFTER = { status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } };

describeOnMongoServer('the product while MongoDB is away', (executable) => {
  let server: MongoServerProcess;
  let shop: Shop;
  beforeEach(async () => {
    server = await MongoServerProcess.start(executable);
    const settings = { MONGODB_URL: server.url, KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD };
    shop = await Shop.open({ settings });
  });
  afterEach(async () => {
    await shop.app.close();
    await server.dispose();
  });

  it(
    'sells on, answers 503 with Retry-After over REST v2, and shows everything once it is back',
    async () => {
      const { publicId } = await shop.stocked(3);
      const terminal = await shop.terminal();
      const buy = (order: string) => terminal.call(6, { package: String(publicId), order });
      expect(await buy('before')).toMatchObject({ code: '0' });
      await shop.app.settle();
      const admin = await new Client(shop.app).login('admin', ADMIN_PASSWORD);
      expect(await admin.get('/orders')).toMatchObject({ status: 200, body: { data: [{}] } });

      await server.kill();
      const add = () =>
        admin.call('POST', '/suppliers', { name: 'Once', status: 1 }, { 'idempotency-key': 'supplier-once' });
      const [listed, added, sold] = await Promise.all([admin.get('/orders'), add(), buy('meanwhile')]);
      expect(listed).toMatchObject(RETRY_AFTER);
      expect(added).toMatchObject(RETRY_AFTER);
      expect(sold).toMatchObject({ code: '0' });

      await server.start();
      const deadline = Date.now() + BACK_MS;
      let orders = await admin.get('/orders');
      while ((orders.status !== 200 || orders.body.data.length < 2) && Date.now() < deadline) {
        await sleep(100);
        orders = await admin.get('/orders');
      }
      expect(orders.body.data).toHaveLength(2);
      expect(await buy('meanwhile')).toEqual(sold);
      expect(await add()).toMatchObject({ status: 201 });
      expect(await add()).toMatchObject({ status: 201 });
      const { body } = await admin.get('/suppliers?limit=100');
      expect(body.data.filter(({ name }: { name: string }) => name === 'Once')).toHaveLength(1);
    },
    TEST_MS,
  );
});
