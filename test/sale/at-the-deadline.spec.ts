import { Lot } from '../../src/contexts/inventory/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { isRejection, type Rejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { OTHER_PARTNER, PARTNER, PRICE_MINOR, RESERVATION_TTL_MS, SaleWorld } from '../support/sale-world.js';

function accepted<T>(answer: T | Rejection): T {
  if (isRejection(answer)) throw new Error(answer.code);
  return answer;
}

const worldOf = (lots: readonly number[], cooldownMs = 0): Promise<SaleWorld> =>
  SaleWorld.create({ lots, fundsMinor: 10n * PRICE_MINOR, cooldownMs });

/** No process has ended anything yet: whoever asks is first. */
describe('the last key of a package, reserved until now', () => {
  let world: SaleWorld;
  let keyNumber: string;
  beforeEach(async () => {
    world = await worldOf([1]);
    keyNumber = accepted(await world.node().reserve()).keyNumber;
    world.clock.advance(RESERVATION_TTL_MS);
  });
  afterEach(async () => {
    // Where a decision is stored step by step, the money that was held is left to expiry.
    await world.node().recover();
    expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
  });

  it('is sold to whoever asks at the deadline', async () => {
    accepted(await world.node().buy('A', OTHER_PARTNER));
    expect(world.fold(Lot, '1').slots.get(0)?.status).toBe('sold');
  });

  it('frees the money that was held for it in the decision that sells it, where that is stored whole', async () => {
    accepted(await world.buyerOn(world.store, () => [])('A'));
    expect(world.fold(Wallet, walletId(PARTNER, 'main', 'AZN')).holds.size).toBe(0);
  });

  it('is reserved by whoever asks at the deadline', async () => {
    const again = accepted(await world.node().reserve(OTHER_PARTNER));
    expect(again.keyNumber).not.toBe(keyNumber);
    accepted(await world.node().cancel(again.keyNumber, OTHER_PARTNER));
  });

  it('is not there a millisecond before', async () => {
    world.clock.advance(-1);
    expect(await world.node().buy('A', OTHER_PARTNER)).toMatchObject({ code: 'OutOfStock' });
    accepted(await world.node().cancel(keyNumber));
  });

  it('goes to one of two that ask together, and once', async () => {
    const answers = await Promise.all(['A', 'B'].map((order) => world.node().buy(order, OTHER_PARTNER)));
    expect(answers.flatMap((answer) => (isRejection(answer) ? [answer.code] : []))).toEqual(['OutOfStock']);
    await world.node().recover();
    accepted(await world.node().buy(isRejection(answers[0]) ? 'B' : 'A', OTHER_PARTNER));
  });
});

it('a key that was reserved replaces a faulty one at the deadline', async () => {
  const world = await worldOf([2]);
  accepted(await world.node().buy('A'));
  accepted(await world.node().reserve());
  world.clock.advance(RESERVATION_TTL_MS);
  const order = world.events.find(({ type }) => type === 'OrderClaimed')!.stream.slice('kf.order-'.length);
  expect(accepted(await world.node().replace(order))).toMatchObject({ slot: 1 });
});

it('reservations are not ended before their keys are needed', async () => {
  const world = await worldOf([2, 2]);
  for (let count = 0; count < 3; count += 1) accepted(await world.node().reserve());
  world.clock.advance(RESERVATION_TTL_MS);
  const expired = () => world.events.filter(({ type }) => type === 'ReservationExpired').length;
  accepted(await world.node().buy('A', OTHER_PARTNER));
  expect(expired()).toBe(0);
  accepted(await world.node().buy('B', OTHER_PARTNER));
  expect(expired()).toBe(1);
});

it('a key that cools down is not offered, so that nothing is ended for it', async () => {
  const world = await worldOf([1], 1000);
  accepted(await world.node().reserve());
  world.clock.advance(RESERVATION_TTL_MS);
  const before = world.events.length;
  expect(await world.node().buy('A', OTHER_PARTNER)).toMatchObject({ code: 'OutOfStock' });
  expect(world.events).toHaveLength(before);
});
