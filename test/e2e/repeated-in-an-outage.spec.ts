import { EventStoreError } from '../../src/platform/event-store/event-store.js';
import { Client } from '../apis/rest-v2/client.js';
import { type Answer, Shop } from '../apis/terminal-v1/shop.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { IMPATIENT } from '../support/eventstoredb/timeouts.js';

/** More than one taking of order numbers gives. */
const MORE_THAN_A_BLOCK = 2_001;
/** Long enough for a connection to be made anew, on a busy machine. */
const TRIES = 20;
const UNKNOWN = '0-99';
/** The status of gRPC with which a server refuses that goes away. */
const AWAY = 14;
const ADMIN_PASSWORD = 'an-admin-of-the-outages';

let shop: Shop;
let server: EventStoreDbStandIn | null = null;
afterEach(async () => {
  await shop.app.close();
  server?.stop();
  server = null;
});

async function openOnServer(): Promise<EventStoreDbStandIn> {
  server = await EventStoreDbStandIn.start();
  shop = await Shop.open({
    settings: { EVENTSTORE_URL: server.url, KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD },
    eventStoreTimeouts: IMPATIENT,
  });
  return server;
}

async function buyer(): Promise<(order: string, email?: string) => Promise<Answer>> {
  const pkg = String((await shop.stocked(5)).publicId);
  const terminal = await shop.terminal();
  return (order, email) => terminal.call(6, { package: pkg, order, ...(email && { email }) });
}

/** The same order until it is sold. */
async function untilSold(buy: () => Promise<Answer>): Promise<Answer> {
  let last = await buy();
  for (let n = 0; n < TRIES && last.code !== '0'; n += 1) last = await buy();
  return last;
}

it('an order that was sold is not said to be certainly not, while nobody can look', async () => {
  const eventStore = await openOnServer();
  const buy = await buyer();
  const sold = await buy('A');
  const terminal = await shop.terminal();
  const held = await terminal.call(3, { package: String((await shop.stocked(1)).publicId) });
  const confirm = () =>
    terminal.call(4, { key: (held.data as { keyId: string } | undefined)?.keyId, order: 'B' });
  expect([sold.code, (await confirm()).code]).toEqual(['0', '0']);
  eventStore.stop();
  expect([(await buy('A')).code, (await confirm()).code]).toEqual([UNKNOWN, UNKNOWN]);
  await eventStore.listen();
  expect(await untilSold(() => buy('A'))).toEqual(sold);
});

it('nor is one in doubt, repeated as asked', async () => {
  const eventStore = await openOnServer();
  const buy = await buyer();
  expect((await buy('before')).code).toBe('0');
  // The key is sold, and from then on no answer comes.
  let isLost = false;
  eventStore.faultOf = (stream) => {
    isLost ||= stream.includes('.lot-');
    return isLost ? 'lost' : 'none';
  };
  const first = await buy('A');
  eventStore.stop();
  eventStore.faultOf = () => 'none';
  expect([first.code, (await buy('A')).code]).toEqual([UNKNOWN, UNKNOWN]);
  await eventStore.listen();
  expect((await untilSold(() => buy('A'))).code).toBe('0');
});

it('an order in doubt that an admin cancels is not sold when it is repeated', async () => {
  const eventStore = await openOnServer();
  const buy = await buyer();
  expect((await buy('before')).code).toBe('0');
  eventStore.faultOf = (stream) => (stream.includes('.lot-') ? 'denied' : 'none');
  expect((await buy('A')).code).toBe(UNKNOWN);
  eventStore.faultOf = () => 'none';
  const admin = await new Client(shop.app).login('admin', ADMIN_PASSWORD);
  await shop.app.settle();
  const [{ id, status }] = (await admin.get('/orders?status=pending')).body.data;
  expect(status).toBe('pending');
  expect((await admin.call('PATCH', `/orders/${id}/status`, { status: 'cancelled' })).status).toBe(200);
  expect((await buy('A')).code).toBe('6-7');
});

it.each([
  ['partner', '/partners', {}],
  ['staff', '/staff', { role: 'auditor' }],
])('a %s that was made is not said to be nothing, while nobody can look', async (kind, path, more) => {
  const eventStore = await openOnServer();
  const admin = await new Client(shop.app).login('admin', ADMIN_PASSWORD);
  const account = { name: 'A', login: 'made-in-an-outage', password: 'made in an outage', ...more };
  await admin.create(path, { ...account, login: 'made-before' });
  eventStore.faultOf = (stream) => {
    if (stream.includes(`.${kind}-`)) eventStore.readStatus = AWAY;
    return 'none';
  };
  const { status, body } = await admin.post(path, account);
  expect([status, JSON.stringify(body)]).toEqual([503, expect.not.stringContaining('nothing was changed')]);
  eventStore.readStatus = null;
  eventStore.faultOf = () => 'none';
  await shop.app.settle();
  expect((await admin.post(path, account)).status).toBe(409);
});

it('a full disk, on which no number and no address can be had: orders that were sold are answered, new ones refused', async () => {
  shop = await Shop.open();
  const buy = await buyer();
  const sold = await buy('A');
  const { events, keys } = shop.app.engines;
  const full = async () => {
    throw new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing');
  };
  const [append, obtain] = [events.append.bind(events), keys.obtain.bind(keys)];
  events.append = full;
  keys.obtain = full;
  expect(await buy('A', 'customer@example.com')).toEqual(sold);
  for (let n = 0; n < MORE_THAN_A_BLOCK; n += 1) await buy('A');
  expect([await buy('A'), (await buy('new')).code]).toEqual([sold, '6-9']);
  events.append = append;
  keys.obtain = obtain;
  expect((await buy('new')).code).toBe('0');
});
