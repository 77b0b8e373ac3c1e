import { Lot } from '../../src/contexts/inventory/index.js';
import { CLAIM_PATIENCE_MS } from '../../src/contexts/ordering/limits.js';
import { WINDOW_GENERATION_SIZE } from '../../src/platform/kernel/operation-window.js';
import { auditSales } from '../support/sale-audit.js';
import { RESERVATION_TTL_MS, type SaleNode, SaleWorld } from '../support/sale-world.js';

/** Other customers' operations in the only lot, so many. */
async function crowd(world: SaleWorld, node: SaleNode, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    type: 'ReservationRefused' as const,
    data: { reservation: `${world.events.length}-${index}` },
  }));
  await node.executor.run(world.context(), (tx) => tx.append(Lot, '1', events));
}

it.each([1, 2, 3])(
  'a key that was sold is found by recovery when its lot begins to forget at that sale, with room for %i before',
  async (room) => {
    const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n });
    const node = world.node();
    await crowd(world, node, WINDOW_GENERATION_SIZE - room);
    await node.reserve();
    const seller = world.node(async ({ batch, phase }) => {
      const isSold = batch.some(({ events }) => events.some(({ type }) => type === 'KeySold'));
      return isSold && phase === 'after' ? 'crash' : 'continue';
    });
    await Promise.race([seller.confirm('1000', 'A'), seller.store.whenCrashed]);
    expect(world.events.at(-1)?.type).toBe('KeySold');
    await crowd(world, node, WINDOW_GENERATION_SIZE);
    world.clock.advance(CLAIM_PATIENCE_MS);
    await node.recover();
    world.clock.advance(RESERVATION_TTL_MS);
    await node.recover();
    expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
  },
);
