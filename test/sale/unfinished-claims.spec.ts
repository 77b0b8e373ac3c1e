import { orderId } from '../../src/contexts/ordering/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { StoredIndexedEvent } from '../../src/platform/indexes/local-index.js';
import { UnfinishedIndex } from '../../src/processes/recovery/unfinished.index.js';
import { MemoryKeep } from '../support/index-keep.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, PRICE_MINOR, RESERVATION_TTL_MS, type SaleNode, SaleWorld } from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

const ORDER = orderId(PARTNER, 'sale', 'A', 'grouped');
const FUNDS_MINOR = 5000n;
/** As long as every claim is left to its own executor. */
const PATIENCE_MS = 30_000;

/** What the log says to be unfinished: every node works it out alone, from each event on its own. */
function unfinishedIn(world: SaleWorld): string[] {
  const index = new UnfinishedIndex();
  const keep = new MemoryKeep();
  for (const event of world.events) {
    const seen = new StoredIndexedEvent(event, 'kf.'.length);
    if (!index.categories.includes(seen.category)) continue;
    index.apply(seen, keep);
    index.afterBatch(keep);
  }
  expect([...keep.entries.keys()].sort()).toEqual(
    index.queue.takeDue(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).sort(),
  );
  return [...keep.entries.keys()].map((key) => key.slice(0, key.indexOf('|')));
}

describe.each<[string, string, readonly bigint[], (node: SaleNode) => Promise<unknown>]>([
  ['a purchase', 'order', [FUNDS_MINOR - PRICE_MINOR, FUNDS_MINOR], (node) => node.buy('B')],
  ['a top-up', 'topup', [FUNDS_MINOR + 70n], (node) => node.topUp('T', 70n)],
  ['an adjustment', 'adjustment', [FUNDS_MINOR - 70n], (node) => node.adjust('J', -70n)],
  ['a refund', 'refund', [FUNDS_MINOR + PRICE_MINOR], (node) => node.refund(ORDER, 'refund')],
  ['an annulment', 'refund', [FUNDS_MINOR + PRICE_MINOR], (node) => node.refund(ORDER, 'annulment')],
  ['a replacement', 'replacement', [FUNDS_MINOR], (node) => node.replace(ORDER)],
])('%s that stopped after any of its appends', (_, kind, balances, begin) => {
  it('is unfinished, left alone for its time, and then brought to its end', async () => {
    const ends = new Set<bigint>();
    for (let place = 1; ; place += 1) {
      const world = await SaleWorld.create({ lots: [4], fundsMinor: FUNDS_MINOR + PRICE_MINOR });
      await world.node().buy('A');
      expect(unfinishedIn(world)).toEqual([]);
      const stop = new Stop(place, 'crash');
      const node = world.node(stop.gate);
      await Promise.race([begin(node), node.store.whenCrashed]);
      if (!stop.wasReached) break;
      const left = unfinishedIn(world);
      if (left.length > 0) expect(left).toEqual([kind]);
      const before = world.events.length;
      world.clock.advance(PATIENCE_MS - 1);
      await world.node().recover();
      expect(world.events).toHaveLength(before);
      world.clock.advance(RESERVATION_TTL_MS);
      await world.node().recover();
      expect(world.events.length > before).toBe(left.length > 0);
      expect(unfinishedIn(world)).toEqual([]);
      expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
      ends.add(world.fold(Wallet, walletId(PARTNER, 'main', 'AZN')).postedMinor);
    }
    expect([...ends].sort()).toEqual([...balances].sort());
  });
});
