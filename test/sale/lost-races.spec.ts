import { type OrderDocument, orders } from '../../projections/ordering/orders.projection.js';
import { Order, orderId } from '../../src/contexts/ordering/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { foldProjection } from '../support/fold-projection.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, PRICE_MINOR, RESERVATION_TTL_MS, SaleWorld } from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

const code = (answer: unknown): string => (isRejection(answer) ? answer.code : 'sold');

/** Reference and status of each order that partners and staff see. */
const seenIn = (world: SaleWorld): string[] =>
  foldProjection<OrderDocument>(
    orders,
    world.events.map(({ stream, type, data }) => ({
      ...{ stream: stream.slice('kf.'.length), type },
      data: JSON.parse(data.toString()),
    })),
  ).map(({ reference, status }) => `${reference} ${status}`);

/** What a purchase that pauses anywhere while somebody else buys is answered, and which orders there are then. */
async function loseWith(options: { lots: readonly number[]; fundsMinor: bigint }) {
  const ends = new Set<string>();
  for (let place = 0; ; place += 1) {
    const world = await SaleWorld.create(options);
    const stop = new Stop(place, 'pause');
    const acting = world.node(stop.gate).buy('A');
    await Promise.race([acting, stop.reached]);
    if (!stop.wasReached) break;
    const theirs = code(await world.node().buy('B'));
    stop.resume();
    ends.add(`A: ${code(await acting)}, B: ${theirs}, seen: ${seenIn(world).join()}`);
    expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
  }
  return [...ends].sort();
}

describe('a purchase that was refused since somebody else was faster is no order', () => {
  it('with the last key', async () => {
    expect(await loseWith({ lots: [1], fundsMinor: 10n * PRICE_MINOR })).toEqual([
      'A: OutOfStock, B: sold, seen: B confirmed',
      'A: sold, B: OutOfStock, seen: A confirmed',
    ]);
  });

  it('with the last money', async () => {
    expect(await loseWith({ lots: [2], fundsMinor: PRICE_MINOR })).toEqual([
      'A: InsufficientBalance, B: sold, seen: B confirmed',
      'A: sold, B: InsufficientBalance, seen: A confirmed',
    ]);
  });
});

it('a purchase that was refused since somebody else was faster is decided anew when it is sent again', async () => {
  const world = await SaleWorld.create({ lots: [2], fundsMinor: PRICE_MINOR });
  // Claimed and not paid yet.
  const stop = new Stop(1, 'pause');
  const acting = world.node(stop.gate).buy('A');
  await Promise.race([acting, stop.reached]);
  await world.node().buy('B');
  stop.resume();
  expect(code(await acting)).toBe('InsufficientBalance');
  await world.node().topUp('more', PRICE_MINOR);
  const bought = await world.node().buy('A');
  expect(code(bought)).toBe('sold');
  expect(await world.node().buy('A')).toEqual(bought);
  expect(world.fold(Order, orderId(PARTNER, 'sale', 'A', 'grouped')).claim?.attempt).toBe(2);
  expect(seenIn(world)).toEqual(['A confirmed', 'B confirmed']);
  expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
});

describe('a reservation while somebody else buys', () => {
  it.each([
    ['key', { lots: [1], fundsMinor: 10n * PRICE_MINOR }, 'OutOfStock'],
    ['money', { lots: [2], fundsMinor: PRICE_MINOR }, 'InsufficientBalance'],
    ['key, and another lot has one', { lots: [1, 1], fundsMinor: 10n * PRICE_MINOR }, null],
  ])('the last %s holds a key and its price, or nothing', async (_, options, refusal) => {
    const ends = new Set<string>();
    for (let place = 0; ; place += 1) {
      const world = await SaleWorld.create(options);
      const stop = new Stop(place, 'pause');
      const acting = world.node(stop.gate).reserve();
      await Promise.race([acting, stop.reached]);
      if (!stop.wasReached) break;
      const theirs = code(await world.node().buy('B'));
      stop.resume();
      const answer = await acting;
      ends.add(`reserve: ${code(answer)}, buy: ${theirs}`);
      const { heldMinor, openReservations } = world.fold(Wallet, walletId(PARTNER, 'main', 'AZN'));
      const isHeld = !isRejection(answer);
      expect([heldMinor, openReservations]).toEqual(isHeld ? [PRICE_MINOR, 1] : [0n, 0]);
      if (isHeld) expect(code(await world.node().confirm(answer.keyNumber, 'A'))).toBe('sold');
      expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
    }
    const oneOfThem = [`reserve: ${refusal}, buy: sold`, `reserve: sold, buy: ${refusal}`];
    expect([...ends].sort()).toEqual(refusal === null ? ['reserve: sold, buy: sold'] : oneOfThem);
  });
});

it('a purchase that nobody waited for was pending, and is cancelled', async () => {
  const world = await SaleWorld.create({ lots: [1], fundsMinor: PRICE_MINOR });
  const stop = new Stop(1, 'crash');
  const node = world.node(stop.gate);
  await Promise.race([node.buy('A'), node.store.whenCrashed]);
  expect(seenIn(world)).toEqual(['A pending']);
  world.clock.advance(RESERVATION_TTL_MS);
  await world.node().recover();
  expect(seenIn(world)).toEqual(['A cancelled']);
});

describe('a cancellation is told once that it was done', () => {
  it.each([
    ['another cancellation', (world: SaleWorld) => world.node().cancel('1000')],
    ['a confirmation', (world: SaleWorld) => world.node().confirm('1000', 'A')],
    [
      'the deadline',
      async (world: SaleWorld) => {
        world.clock.advance(RESERVATION_TTL_MS);
        await world.node().recover();
      },
    ],
  ])('where %s comes in between', async (_, rival) => {
    const ends = new Set<string>();
    for (let place = 0; ; place += 1) {
      const world = await SaleWorld.create({ lots: [1], fundsMinor: PRICE_MINOR });
      await world.node().reserve();
      const stop = new Stop(place, 'pause');
      const acting = world.node(stop.gate).cancel('1000');
      await Promise.race([acting, stop.reached]);
      if (!stop.wasReached) break;
      const before = world.events.filter(({ type }) => type === 'ReservationCancelled').length;
      await rival(world);
      stop.resume();
      ends.add(`${before === 0 ? 'before' : 'after'} it: ${code(await acting)}`);
      expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
    }
    expect([...ends].sort()).toEqual(['after it: sold', 'before it: ReservationNotFound']);
  });
});
