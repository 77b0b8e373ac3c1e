import { setImmediate as turn } from 'node:timers/promises';
import { orders } from '../../../../projections/ordering/orders.projection.js';
import { TemporaryReadStores } from '../../../../test/support/temporary-read-store.js';
import { type Manifest, ReadModels } from '../../../platform/projections/read-models.js';
import { OrderExport } from './order-export.js';

const ORDERS = 5_000;
const START_MS = Date.UTC(2026, 0, 1);

const stores = new TemporaryReadStores();
const store = stores.open('orders');
const models = new ReadModels(store);
/** Batches that were read, over all exports. */
let batches = 0;

const order = (number: number) => {
  const at = new Date(START_MS + number * 1000).toISOString();
  return {
    _id: `order-${number}`,
    id: number + 1,
    status: 'confirmed',
    reference: `PAY-${number}`,
    partnerId: 'par',
    currency: 'AZN',
    units: [{ unit: 1, packageId: 'pkg', productId: 'prd', amountAzn: '2550', keyId: null }],
    amount: '2550',
    amountAzn: '2550',
    createdAt: at,
    confirmedAt: at,
  };
};

beforeAll(async () => {
  const names = ['orders', 'keys', 'partners', 'products', 'packages'];
  for (const name of names) {
    await store.openCollection({ name, indexes: name === 'orders' ? orders.indexes : [] });
  }
  const documents = new Map(
    Array.from({ length: ORDERS }, (_, number) => [`order-${number}`, order(number)]),
  );
  const collections = Object.fromEntries(names.map((name) => [name, name]));
  const manifest: Manifest = { position: '1', collections, retired: [] };
  const writes = [{ collection: 'orders', documents }];
  await store.write({ position: 1n, writes, checkpoint: { key: 'live', value: manifest } });
  models.advance(manifest);
  const scan = models.scan.bind(models);
  models.scan = async function* <D>(...asked: Parameters<typeof scan>) {
    for await (const batch of scan(...asked)) {
      batches += 1;
      yield batch as D[];
    }
  } as typeof models.scan;
});
afterAll(() => stores.remove());

describe('an export', () => {
  it('has every order once, in order, whatever the number of batches', async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of new OrderExport(models).stream({}, { createdAt: 1 }, false))
      chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().split('\r\n').slice(1, -1);
    expect(lines.map((line) => line.split(',', 2).join())).toEqual(
      Array.from({ length: ORDERS }, (_, number) => `PAY-${number},${number + 1}`),
    );
    expect(lines[0]).toBe(
      'PAY-0,1,confirmed,,,,,,,,,25.50,AZN,25.50,2026-01-01T00:00:00.000Z,2026-01-01T00:00:00.000Z',
    );
  });

  it('reads no further than its reader, and stops with it', async () => {
    batches = 0;
    const stream = new OrderExport(models).stream({}, { createdAt: 1 }, false);
    const reader = stream[Symbol.asyncIterator]();
    for (let chunk = 0; chunk < 3; chunk += 1) await reader.next();
    for (let round = 0; round < 200; round += 1) await turn();
    const ahead = batches;
    expect(ahead).toBeGreaterThan(1);
    expect(ahead).toBeLessThan(7);
    await new Promise((closed) => stream.destroy().once('close', closed));
    for (let round = 0; round < 200; round += 1) await turn();
    expect(batches).toBe(ahead);
  });
});
