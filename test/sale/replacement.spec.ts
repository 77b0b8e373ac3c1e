import { Lot } from '../../src/contexts/inventory/index.js';
import { orderId } from '../../src/contexts/ordering/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, SaleWorld } from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

const ORDER = orderId(PARTNER, 'sale', 'A', 'grouped');
const WALLET = walletId(PARTNER, 'main', 'AZN');
const code = (answer: unknown): string => (isRejection(answer) ? answer.code : 'done');
const statusOf = (world: SaleWorld, lot: number, slot: number) =>
  world.fold(Lot, String(lot)).slots.get(slot)?.status;
const finished = { finished: true, floorMinor: 0n };

async function sold(lots: readonly number[]): Promise<SaleWorld> {
  const world = await SaleWorld.create({ lots, fundsMinor: 5000n, commissionPercent: '3' });
  await world.node().buy('A');
  return world;
}

describe('a replaced key', () => {
  it('is quarantined, another one of the package is sold in its place, and no money moves', async () => {
    const world = await sold([2]);
    const before = world.fold(Wallet, WALLET).postedMinor;
    expect(await world.node().replace(ORDER)).toMatchObject({ unit: 1, lot: 1, slot: 1, keyNumber: 1001 });
    expect(statusOf(world, 1, 0)).toBe('quarantined');
    expect(statusOf(world, 1, 1)).toBe('sold');
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(before);
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('is no longer what the same order answers: the other one is', async () => {
    const world = await sold([2]);
    await world.node().replace(ORDER);
    expect(await world.node().buy('A')).toMatchObject({ keyNumber: '1001', keyText: 'KEY-1-1' });
  });

  it('of a reservation answers the other key with its text, under the old number and the new one', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    await world.node().reserve();
    expect(await world.node().confirm('1000', 'A')).toEqual({ keyNumber: '1000', key: null });
    await world.node().replace(ORDER);
    const other = { keyNumber: '1001', key: { text: 'KEY-1-1', serial: null } };
    expect(await world.node().confirm('1000', 'A')).toEqual(other);
    expect(await world.node().confirm('1001', 'A')).toEqual(other);
    expect(code(await world.node().confirm('1002', 'A'))).toBe('OrderAlreadyExists');
  });

  it('can be replaced again, by its own number alone', async () => {
    const world = await sold([3]);
    expect(code(await world.node().replace(ORDER, '1000'))).toBe('done');
    expect(code(await world.node().replace(ORDER, '1000'))).toBe('KeyNotInOrder');
    expect(await world.node().replace(ORDER, '1001')).toMatchObject({ keyNumber: 1002 });
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('is replaced once by two at once who name none', async () => {
    const world = await sold([3]);
    const node = world.node();
    const answers = await Promise.all([node.replace(ORDER), node.replace(ORDER)]);
    expect(answers.map(code).sort()).toEqual(['KeyNotNamed', 'done']);
    expect(code(await world.node().replace(ORDER))).toBe('KeyNotNamed');
    expect([statusOf(world, 1, 1), statusOf(world, 1, 2)]).toEqual(['sold', 'free']);
  });

  it('stays when there is no other', async () => {
    const world = await sold([1]);
    const before = world.events.length;
    expect(code(await world.node().replace(ORDER))).toBe('OutOfStock');
    expect(world.events.length).toBe(before);
    expect(await world.node().buy('A')).toMatchObject({ keyNumber: '1000' });
  });

  it('is not in the annulment that comes later: the other one is quarantined, too', async () => {
    const world = await sold([2]);
    await world.node().replace(ORDER);
    expect(await world.node().refund(ORDER, 'annulment')).toEqual({ amount: '1000' });
    expect([statusOf(world, 1, 0), statusOf(world, 1, 1)]).toEqual(['quarantined', 'quarantined']);
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(5000n);
    expect(code(await world.node().replace(ORDER))).toBe('OrderNotConfirmed');
  });
});

it('an order whose replacement stopped anywhere answers a key to its buyer', async () => {
  const numbers = new Set<string>();
  for (let place = 0; ; place += 1) {
    const world = await sold([2]);
    const stop = new Stop(place, 'crash');
    const node = world.node(stop.gate);
    await Promise.race([node.replace(ORDER), node.store.whenCrashed]);
    if (!stop.wasReached) break;
    const answer = await world.node().buy('A');
    if (isRejection(answer)) throw new Error(`stopped at ${place}: ${answer.code}`);
    numbers.add(answer.keyNumber);
    expect(auditSales(world.events, finished)).toEqual([]);
  }
  expect([...numbers].sort()).toEqual(['1000', '1001']);
});

it('an order whose replacement stopped anywhere answers a key to who confirmed it', async () => {
  const numbers = new Set<string>();
  for (let place = 0; ; place += 1) {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    await world.node().reserve();
    await world.node().confirm('1000', 'A');
    const stop = new Stop(place, 'crash');
    const node = world.node(stop.gate);
    await Promise.race([node.replace(ORDER), node.store.whenCrashed]);
    if (!stop.wasReached) break;
    const answer = await world.node().confirm('1000', 'A');
    if (isRejection(answer)) throw new Error(`stopped at ${place}: ${answer.code}`);
    numbers.add(answer.keyNumber);
    expect(auditSales(world.events, finished)).toEqual([]);
  }
  expect([...numbers].sort()).toEqual(['1000', '1001']);
});

it('an order whose replacement stopped anywhere gives its money back, and no key of it comes back to stock', async () => {
  const kept = new Set<string>();
  for (let place = 0; ; place += 1) {
    const world = await sold([2]);
    const stop = new Stop(place, 'crash');
    const node = world.node(stop.gate);
    await Promise.race([node.replace(ORDER), node.store.whenCrashed]);
    if (!stop.wasReached) break;
    expect(await world.node().refund(ORDER, 'annulment')).toEqual({ amount: '1000' });
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(5000n);
    expect(auditSales(world.events, finished)).toEqual([]);
    kept.add([statusOf(world, 1, 0), statusOf(world, 1, 1)].join());
  }
  expect([...kept].sort()).toEqual(['quarantined,free', 'quarantined,quarantined']);
});

it('the annulment of an order that stopped before it took a key undoes it, once', async () => {
  const ends = new Set<string>();
  for (let place = 0; ; place += 1) {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    const stop = new Stop(place, 'crash');
    const node = world.node(stop.gate);
    await Promise.race([node.buy('A'), node.store.whenCrashed]);
    if (!stop.wasReached) break;
    const answer = await world.node().refund(ORDER, 'annulment');
    ends.add(isRejection(answer) ? answer.code : `gave back ${answer.amount}`);
    expect(['OrderNotFound', 'OrderNotConfirmed']).toContain(
      code(await world.node().refund(ORDER, 'annulment')),
    );
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(5000n);
    expect(auditSales(world.events, finished)).toEqual([]);
  }
  expect(ends).toEqual(new Set(['OrderNotFound', 'gave back 0', 'gave back 1000']));
});
