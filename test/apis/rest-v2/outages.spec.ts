import { CommandBus } from '@nestjs/cqrs';
import { KeysUnreadable } from '../../../src/contexts/ordering/index.js';
import { IndexProgress } from '../../../src/platform/indexes/index-progress.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';

let app: TestApp;
let admin: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
});
afterAll(() => app.close());

const failures = (): unknown[] => app.lines.filter((line) => line.includes('request failed'));

it('calls that cannot do without the indexes say within seconds that these do not follow, and that nothing was changed', async () => {
  const supplier = await admin.create('/suppliers', { name: 'Supplier' });
  const category = await admin.create('/categories', { name_en: 'Category' });
  const product = await admin.create('/products', { name_en: 'Product', vendor_id: supplier.id });
  const progress = app.app.get(IndexProgress);
  const stuck = { position: 0n, reached: () => new Promise<void>(() => undefined) };
  const followed = jest.replaceProperty(progress as never, 'follower' as never, stuck as never);
  const begunAt = performance.now();
  const answers = await Promise.all([
    admin.call('DELETE', `/suppliers/${supplier.id}`),
    admin.call('DELETE', `/categories/${category.id}`),
    admin.call('DELETE', `/products/${product.id}`),
    admin.post(`/suppliers/${supplier.id}/prices/convert`, {}),
  ]);
  followed.restore();
  expect(performance.now() - begunAt).toBeLessThan(10_000);
  for (const { status, headers, body } of answers) {
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body.error).toBe('The service is not available; nothing was changed');
  }
  expect(failures()).toHaveLength(1);
  expect((await admin.call('DELETE', `/products/${product.id}`)).status).toBe(200);
}, 30_000);

it('that no key can be read is logged once in a while', async () => {
  const before = failures().length;
  const executing = jest.spyOn(app.app.get(CommandBus), 'execute');
  executing.mockImplementation(() =>
    Promise.reject(new KeysUnreadable(1, new Error('the data key is gone'))),
  );
  const answers = [1, 2, 3].map(() => admin.post('/suppliers', { name: 'Any' }));
  for (const { status } of await Promise.all(answers)) expect(status).toBe(503);
  executing.mockRestore();
  expect(failures().length - before).toBeLessThanOrEqual(1);
});
