import { CLAIM_PATIENCE_MS } from '../../src/contexts/ordering/limits.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { RESERVATION_TTL_MS, type SaleNode, SaleWorld, type WorldOptions } from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

/**
 * Many sales of one process at once share their appends. The process is stopped at every append; what another one
 * does meanwhile, with the same orders among its own, comes between.
 */
const ORDERS = ['A', 'B', 'C', 'D', 'E'];
const RIVALS = ['B', 'F', 'G', 'E'];
const MAX_PLACES = 60;

const WORLDS: readonly (WorldOptions & { readonly name: string })[] = [
  { name: 'stock and money for all', lots: [4, 6], fundsMinor: 20_000n },
  { name: 'too few keys', lots: [2, 2], fundsMinor: 20_000n },
  { name: 'too little money', lots: [4, 6], fundsMinor: 3_500n },
];

const buyAll = (node: SaleNode, orders: readonly string[]) =>
  Promise.all(orders.map((order) => node.buy(order)));

async function settleAndAudit(world: SaleWorld): Promise<string[]> {
  const problems = auditSales(world.events, { finished: false, floorMinor: 0n });
  world.clock.advance(RESERVATION_TTL_MS + CLAIM_PATIENCE_MS);
  await world.node().recover();
  return [...problems, ...auditSales(world.events, { finished: true, floorMinor: 0n })];
}

describe.each(WORLDS)('$name', ({ name: _, ...options }) => {
  it('a process that dies at any of its appends leaves nothing wrong', async () => {
    let place = 0;
    for (; place < MAX_PLACES; place += 1) {
      const world = await SaleWorld.create(options);
      const stop = new Stop(place, 'crash');
      const actor = world.node(stop.gate);
      await Promise.race([buyAll(actor, ORDERS), actor.store.whenCrashed]);
      if (!stop.wasReached) break;
      await buyAll(world.node(), RIVALS);
      expect({ place, problems: await settleAndAudit(world) }).toEqual({ place, problems: [] });
    }
    expect(place).toBeGreaterThan(10);
    expect(place).toBeLessThan(MAX_PLACES);
  });

  it('a process that pauses at any of its appends goes on rightly, and both answer the same', async () => {
    let place = 0;
    for (; place < MAX_PLACES; place += 1) {
      const world = await SaleWorld.create(options);
      const stop = new Stop(place, 'pause');
      const actor = world.node(stop.gate);
      const acting = buyAll(actor, ORDERS);
      await Promise.race([acting, stop.reached]);
      if (!stop.wasReached) break;
      const theirs = await buyAll(world.node(), RIVALS);
      stop.resume();
      const ours = await acting;
      const answers = [
        ...ORDERS.map((order, index) => [order, ours[index]] as const),
        ...RIVALS.map((order, index) => [order, theirs[index]] as const),
      ];
      const node = world.node();
      for (const [order, answer] of answers) {
        if (!isRejection(answer))
          expect({ place, order, answer: await node.buy(order) }).toEqual({ place, order, answer });
      }
      expect({ place, problems: await settleAndAudit(world) }).toEqual({ place, problems: [] });
    }
    expect(place).toBeGreaterThan(10);
    expect(place).toBeLessThan(MAX_PLACES);
  });

  it('two processes at once sell each order once, and every key that can be paid', async () => {
    const world = await SaleWorld.create(options);
    const [left, right] = [world.node(), world.node()];
    const all = [...ORDERS, ...RIVALS];
    const answers = await Promise.all([left, right].map((node) => buyAll(node, all)));
    const keys = answers.flat().flatMap((answer) => (isRejection(answer) ? [] : [answer.keyNumber]));
    const most = Math.min(
      7,
      options.lots.reduce((sum, size) => sum + size),
      Number(options.fundsMinor / 1000n),
    );
    expect(new Set(keys).size).toBe(most);
    expect(await settleAndAudit(world)).toEqual([]);
  });
});
