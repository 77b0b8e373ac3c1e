import { setTimeout as delay } from 'node:timers/promises';
import { Package, type PackageEvent } from '../../src/contexts/catalog/index.js';
import { Lot } from '../../src/contexts/inventory/index.js';
import { Order, orderId } from '../../src/contexts/ordering/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { PACKAGE, PARTNER, type SaleNode, SaleWorld } from '../support/sale-world.js';

/** What a node decides when it has not read yet what others have appended. */
let world: SaleWorld;
let here: SaleNode;
let there: SaleNode;
beforeEach(async () => {
  world = await SaleWorld.create({ lots: [2, 2], fundsMinor: 9000n, commissionPercent: '7' });
  [here, there] = [world.node(), world.node()];
  await here.topUp('first', 500n);
});

const ORDER = orderId(PARTNER, 'sale', 'A', 'grouped');
const statusOf = (slot: number) => world.fold(Lot, '1').slots.get(slot)?.status;

it('an order is not confirmed for a hold that the node does not know yet', async () => {
  const dying = world.node(async ({ batch, index, phase }) => {
    const hasSold = phase === 'after' && batch[index]!.events.some(({ type }) => type === 'KeySold');
    return hasSold ? 'crash' : 'continue';
  });
  const reserved = await dying.reserve();
  if (isRejection(reserved)) throw new Error(reserved.code);
  void dying.confirm(reserved.keyNumber, 'A');
  await dying.store.whenCrashed;
  await here.buy('A');
  expect(world.fold(Order, ORDER).status).toBe('confirmed');
  expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
});

it('an annulment quarantines a key whose sale the node does not know yet', async () => {
  await here.buy('B');
  await there.buy('A');
  await here.refund(ORDER, 'annulment');
  expect([statusOf(0), statusOf(1)]).toEqual(['sold', 'quarantined']);
});

it('a price that another node has changed is charged after a moment', async () => {
  await here.buy('B');
  const basePrice = { amount: '1700', currency: 'AZN' as const };
  const changed: PackageEvent = { type: 'PackagePriceChanged', data: { basePrice } };
  await there.executor.run(world.context(), (tx) => tx.append(Package, PACKAGE, [changed]));
  await delay(300);
  await here.buy('A');
  expect(world.fold(Order, ORDER).amount).toBe('1700');
});
