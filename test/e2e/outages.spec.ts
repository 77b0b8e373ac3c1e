import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../apis/rest-v2/client.js';
import { type Answer, Shop, type Terminal } from '../apis/terminal-v1/shop.js';
import { testEvent } from '../contracts/event-store.contract.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { IMPATIENT, MAX_WAITING_BYTES, TIMEOUTS } from '../support/eventstoredb/timeouts.js';

/** Long enough for a connection to be made anew, on a busy machine. */
const BACK_MS = 30_000;
/** The queue is full of some of them: nothing else fits. */
const BIG_BYTES = 1_000_000;
const ADMIN_PASSWORD = 'an-admin-of-the-outages';
/** What certainly sold nothing, and what leaves it open: the same order again is safe. */
const UNANSWERED = ['6-9', '0-99'];
const RETRY_AFTER = { status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } };

let shop: Shop;
afterEach(() => shop.app.close());

interface Buyer {
  readonly terminal: Terminal;
  readonly packageId: string;
  buy(order: string): Promise<Answer>;
}

async function buyerOf(keys: number): Promise<Buyer> {
  const packageId = String((await shop.stocked(keys)).publicId);
  const terminal = await shop.terminal();
  return { terminal, packageId, buy: (order) => terminal.call(6, { package: packageId, order }) };
}

async function untilSold(buy: () => Promise<Answer>): Promise<Answer> {
  for (const deadline = Date.now() + BACK_MS; ; ) {
    const answer = await buy();
    if (answer.code === '0' || Date.now() > deadline) return answer;
  }
}

const ordersOf = (count: number): string[] => Array.from({ length: count }, (_, n) => `order-${n}`);
const keyOf = ({ data }: Answer): string => /C4N4RY-\d+/.exec(JSON.stringify(data))![0];

it('the product starts without its Redis, sells, and names the setting', async () => {
  shop = await Shop.open({ settings: { REDIS_URL: 'redis://127.0.0.1:1' } });
  const { buy } = await buyerOf(3);
  expect(await buy('order-1')).toMatchObject({ code: '0' });
  expect(shop.app.lines.join('')).toContain('REDIS_URL');
});

describe('while EventStoreDB is out of order', () => {
  let server: EventStoreDbStandIn;
  beforeEach(async () => {
    server = await EventStoreDbStandIn.start();
  });
  afterEach(() => {
    server.hung = false;
    server.stop();
  });

  const open = async (eventStoreTimeouts = IMPATIENT): Promise<Client> => {
    const settings = { EVENTSTORE_URL: server.url, KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD };
    shop = await Shop.open({ settings, eventStoreTimeouts });
    return new Client(shop.app).login('admin', ADMIN_PASSWORD);
  };
  const addSupplier = (admin: Client) =>
    admin.call('POST', '/suppliers', { name: 'Once', status: 1 }, { 'idempotency-key': 'supplier-once' });

  it.each([
    ['away', () => server.stop(), () => server.listen()],
    [
      'hanging',
      () => {
        server.hung = true;
      },
      () => {
        server.hung = false;
      },
    ],
  ])(
    '%s, nothing is answered as done, and what is repeated afterwards is done once',
    async (_, goes, comes) => {
      const admin = await open();
      const { buy } = await buyerOf(12);
      expect(await buy('before')).toMatchObject({ code: '0' });
      goes();
      const orders = ordersOf(8);
      const [added, ...unanswered] = await Promise.all([addSupplier(admin), ...orders.map(buy)]);
      for (const { code } of unanswered) expect(UNANSWERED).toContain(code);
      expect(added).toMatchObject(RETRY_AFTER);
      await comes();

      const sold = await Promise.all(orders.map((order) => untilSold(() => buy(order))));
      expect(sold.map(({ code }) => code)).toEqual(orders.map(() => '0'));
      expect(await Promise.all(orders.map(buy))).toEqual(sold);
      const others = await Promise.all(['a', 'b', 'c'].map(buy));
      const keys = [...sold, ...others].map(keyOf);
      expect(new Set(keys).size).toBe(11);
      expect(await buy('one too many')).toMatchObject({ code: '6-5' });

      for (const deadline = Date.now() + BACK_MS; Date.now() < deadline; ) {
        if ((await addSupplier(admin)).status === 201) break;
        await sleep(100);
      }
      const { body } = await admin.get('/suppliers?limit=100');
      expect(body.data.filter(({ name }: { name: string }) => name === 'Once')).toHaveLength(1);
    },
    60_000,
  );

  it('away, the log tells of what failed for it once in a while, with the reason', async () => {
    const admin = await open();
    const { buy, terminal } = await buyerOf(12);
    expect(await buy('before')).toMatchObject({ code: '0' });
    const { lines } = shop.app;
    lines.length = 0;
    server.stop();
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([...ordersOf(5).map(buy), addSupplier(admin), terminal.call(5, { key: '1001' })]);
      expect(await admin.post('/suppliers', { name: 'Never', status: 1 })).toMatchObject(RETRY_AFTER);
    }
    const told = (text: string) => lines.filter((line) => line.includes(text));
    expect(told('failed, request')).toHaveLength(1);
    expect(told('failed, request')[0]).toContain('EventStoreError');
    expect(told('request failed')).toHaveLength(1);
    expect(told('request failed')[0]).toContain('EventStoreError');
    await server.listen();
    expect((await untilSold(() => buy('afterwards'))).code).toBe('0');
  }, 60_000);

  it('full of what waits for it, more is refused at once, and sold when there is room', async () => {
    const admin = await open(TIMEOUTS);
    const { buy } = await buyerOf(3);
    expect(await buy('before')).toMatchObject({ code: '0' });
    const isWaiting = (stream: string) => stream.includes('waiting');
    server.faultOf = (stream) => (isWaiting(stream) ? 'silent' : 'none');
    const { events } = shop.app.engines;
    const metadata = Buffer.from('{}');
    const big = { ...testEvent(), metadata, data: Buffer.alloc(BIG_BYTES - metadata.length, '1') };
    const append = (_: unknown, n: number) =>
      events.append([{ stream: `kf.waiting-${n}`, expectedRevision: -1, events: [big] }]);
    const waiting = Promise.allSettled(Array.from({ length: MAX_WAITING_BYTES / BIG_BYTES }, append));
    const askedAt = performance.now();
    expect((await buy('refused')).code).toBe('6-9');
    expect(await addSupplier(admin)).toMatchObject(RETRY_AFTER);
    expect(performance.now() - askedAt).toBeLessThan(TIMEOUTS.awayMs);

    server.faultOf = (stream) => (isWaiting(stream) ? 'denied' : 'none');
    server.stop();
    await server.listen();
    await waiting;
    expect((await untilSold(() => buy('refused'))).code).toBe('0');
    expect((await buy('last')).code).toBe('0');
    expect((await buy('one too many')).code).toBe('6-5');
  }, 60_000);
});
