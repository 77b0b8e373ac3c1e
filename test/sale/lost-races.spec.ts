import { type OrderDocument, orders } from '../../projections/ordering/orders.projection.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { foldProjection } from '../support/fold-projection.js';
import { auditSales } from '../support/sale-audit.js';
import { PRICE_MINOR, RESERVATION_TTL_MS, SaleWorld } from '../support/sale-world.js';
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
