import { Lot } from '../../src/contexts/inventory/index.js';
import { RESERVATIONS_PER_SLOT } from '../../src/contexts/inventory/limits.js';
import { ReserveKeyHandler } from '../../src/contexts/ordering/commands/reserve-key.js';
import claimedSample from '../../src/contexts/ordering/events/golden/OrderClaimed.v1.json' with {
  type: 'json',
};
import { Order, type OrderEvent, orderId } from '../../src/contexts/ordering/index.js';
import { availableMinor, Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { cancelled, reserved } from '../support/lot-history.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, PRICE_MINOR, RESERVATION_TTL_MS, SaleWorld } from '../support/sale-world.js';

const WALLET = walletId(PARTNER, 'main', 'AZN');
const code = (answer: unknown): string => (isRejection(answer) ? answer.code : 'sold');
const finished = { finished: true, floorMinor: 0n };

describe('a sale', () => {
  it('takes a key and its price, and answers the same to the same order', async () => {
    const world = await SaleWorld.create({ lots: [3], fundsMinor: 2500n });
    const node = world.node();
    const first = await node.buy('A');
    expect(first).toEqual({ keyNumber: '1000', keyText: 'KEY-1-0', serial: null, emailAccepted: null });
    expect(await node.buy('A')).toEqual(first);
    expect(await world.node().buy('A')).toEqual(first);
    const wallet = world.fold(Wallet, WALLET);
    expect(availableMinor(wallet)).toBe(2500n - PRICE_MINOR);
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('is refused without money, and nothing is written', async () => {
    const world = await SaleWorld.create({ lots: [3], fundsMinor: 999n });
    const before = world.events.length;
    expect(code(await world.node().buy('A'))).toBe('InsufficientBalance');
    expect(world.events.length).toBe(before);
  });

  it('is refused for want of money only after a fresh look at the wallet', async () => {
    const world = await SaleWorld.create({ lots: [3], fundsMinor: 999n });
    const node = world.node();
    expect(code(await node.buy('A'))).toBe('InsufficientBalance');
    await world.node().topUp('T', 1n);
    expect(code(await node.buy('A'))).toBe('sold');
  });

  it('finds a key that came free before it, though the index did not know', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 9999n });
    let known: number[] = [];
    world.newStock = () => {
      known = [1];
      return true;
    };
    expect(await world.buyerOn(world.store, () => known)('A')).toMatchObject({ keyNumber: '1000' });
    known = [];
    const desk = world.deskOn(world.executorOn(world.store), () => known);
    expect(code(await new ReserveKeyHandler(desk).execute(world.reserving(PARTNER)))).toBe('sold');
  });

  it('takes a key that has no number left for another reservation, and a reservation does not', async () => {
    const world = await SaleWorld.create({ lots: [1], fundsMinor: 9999n });
    const at = new Date(world.clock.now()).toISOString();
    const last = reserved(0, 'last', { ordinal: RESERVATIONS_PER_SLOT - 1, deadline: at });
    const worn = [last, cancelled(0, 'last', { at })];
    await world.executorOn(world.store).run(world.context(), (tx) => tx.append(Lot, '1', worn));
    const desk = world.deskOn(world.executorOn(world.store));
    expect(code(await new ReserveKeyHandler(desk).execute(world.reserving(PARTNER)))).toBe('OutOfStock');
    expect(await world.node().buy('A')).toMatchObject({ keyNumber: '1000', keyText: 'KEY-1-0' });
  });

  it('is refused without stock when the index knows all there is', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 9999n });
    let asked = 0;
    world.newStock = () => {
      asked += 1;
      return false;
    };
    expect(code(await world.buyerOn(world.store, () => [])('A'))).toBe('OutOfStock');
    expect(asked).toBe(1);
  });

  it('is refused without stock after every lot was read, and can be retried when there is some', async () => {
    const world = await SaleWorld.create({ lots: [1, 1], fundsMinor: 9999n });
    const node = world.node();
    expect(code(await node.buy('A'))).toBe('sold');
    expect(code(await node.buy('B'))).toBe('sold');
    expect(code(await node.buy('C'))).toBe('OutOfStock');
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('credits the commission with the capture and takes it back with a refund', async () => {
    const world = await SaleWorld.create({ lots: [1], fundsMinor: 1000n, commissionPercent: '5' });
    const node = world.node();
    await node.buy('A');
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(50n);
    expect(code(await node.refund(orderId(PARTNER, 'sale', 'A', 'grouped'), 'annulment'))).toBe('sold');
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(1000n);
    expect(code(await node.refund(orderId(PARTNER, 'sale', 'A', 'grouped'), 'refund'))).toBe(
      'OrderNotConfirmed',
    );
    expect(code(await node.buy('A'))).toBe('OrderAlreadyExists');
    expect(code(await node.buy('B'))).toBe('OutOfStock');
  });
});

describe('a reservation', () => {
  it('is confirmed once, by one order', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    const node = world.node();
    const reserved = await node.reserve();
    if (isRejection(reserved)) throw new Error(reserved.code);
    expect(reserved).toMatchObject({ keyNumber: '1000', price: '10.00', keyText: 'KEY-1-0' });
    expect(code(await node.confirm(reserved.keyNumber, 'A'))).toBe('sold');
    expect(code(await node.confirm(reserved.keyNumber, 'A'))).toBe('sold');
    expect(code(await node.confirm(reserved.keyNumber, 'B'))).toBe('ReservationNotFound');
    expect(code(await node.cancel(reserved.keyNumber))).toBe('ReservationNotFound');
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('is not confirmed again by an order that was given back', async () => {
    for (const kind of ['refund', 'annulment'] as const) {
      const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
      const node = world.node();
      await node.reserve();
      expect(code(await node.confirm('1000', 'A'))).toBe('sold');
      await node.refund(orderId(PARTNER, 'sale', 'A', 'grouped'), kind);
      expect(code(await node.confirm('1000', 'A'))).toBe('OrderAlreadyExists');
    }
  });

  it('is confirmed by an order whose last attempt was refused, as the next one', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    const id = orderId(PARTNER, 'sale', 'A', 'grouped');
    const claimed = {
      ...claimedSample,
      data: { ...claimedSample.data, attempt: 1 },
    } as unknown as OrderEvent;
    const refused: OrderEvent = { type: 'OrderRefused', data: { attempt: 1, reason: 'ReservationDue' } };
    const node = world.node();
    await node.executor.run(world.context(), (tx) => tx.append(Order, id, [claimed, refused]));
    await node.reserve();
    expect(code(await node.confirm('1000', 'A'))).toBe('sold');
    expect(world.fold(Order, id)).toMatchObject({ status: 'confirmed', claim: { attempt: 2 } });
  });

  it('that was cancelled shows its key under a longer number the next time', async () => {
    const world = await SaleWorld.create({ lots: [1], fundsMinor: 5000n });
    const node = world.node();
    await node.reserve();
    expect(code(await node.cancel('1000'))).toBe('sold');
    expect(code(await node.cancel('1000'))).toBe('ReservationNotFound');
    const again = await node.reserve();
    expect(again).toMatchObject({ keyNumber: '1000000001000' });
    expect(code(await node.confirm('1000', 'A'))).toBe('ReservationNotFound');
    expect(code(await node.cancel('1000'))).toBe('ReservationNotFound');
    expect(code(await node.confirm('1000000001000', 'A'))).toBe('sold');
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('has ended at its deadline, to the millisecond', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    const node = world.node();
    await node.reserve();
    await node.reserve();
    world.clock.advance(RESERVATION_TTL_MS - 1);
    expect(code(await node.confirm('1000', 'A'))).toBe('sold');
    world.clock.advance(1);
    expect(code(await node.confirm('1001', 'B'))).toBe('ReservationNotFound');
    expect(auditSales(world.events, finished)).toEqual([]);
    expect(world.fold(Order, orderId(PARTNER, 'sale', 'B', 'grouped')).status).toBe('none');
  });

  it('that is overdue does not keep money from the next customer', async () => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: PRICE_MINOR });
    const node = world.node();
    await node.reserve();
    expect(code(await node.reserve())).toBe('InsufficientBalance');
    world.clock.advance(RESERVATION_TTL_MS);
    expect(code(await world.node().buy('A'))).toBe('sold');
    expect(auditSales(world.events, finished)).toEqual([]);
  });

  it('is ended before a purchase that needs its money, also when there are thousands in hundreds of lots', async () => {
    const [lots, inEach] = [400, 11];
    const fundsMinor = PRICE_MINOR * BigInt(lots * inEach);
    const world = await SaleWorld.create({ lots: Array(lots).fill(inEach + 1), fundsMinor });
    let taken = 0;
    const next = () => [(taken % lots) + 1];
    const desk = world.deskOn(world.executorOn(world.store), next);
    for (; taken < lots * inEach; taken += 1) {
      const reserved = await new ReserveKeyHandler(desk).execute(world.reserving(PARTNER));
      expect(code(reserved)).toBe('sold');
    }
    await world.node().adjust('all but one', PRICE_MINOR - fundsMinor);
    world.clock.advance(RESERVATION_TTL_MS);
    expect(code(await world.buyerOn(world.store, next)('A'))).toBe('sold');
    expect(auditSales(world.events, finished)).toEqual([]);
  });
});
