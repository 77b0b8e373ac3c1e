import { Lot } from '../../src/contexts/inventory/index.js';
import { orderId } from '../../src/contexts/ordering/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { StoredIndexedEvent } from '../../src/platform/indexes/local-index.js';
import { UnfinishedIndex } from '../../src/processes/recovery/unfinished.index.js';
import { MemoryKeep } from '../support/index-keep.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, PRICE_MINOR, RESERVATION_TTL_MS, type SaleNode, SaleWorld } from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

const SOLD = orderId(PARTNER, 'sale', 'SOLD', 'grouped');
const WALLET = walletId(PARTNER, 'main', 'AZN');
const MAX_PLACES = 60;

type Doing = (node: SaleNode, who: string, world: SaleWorld) => Promise<unknown>;

/** What a customer or an admin does to a shop in which one key is reserved and another one sold. */
const DOINGS: Readonly<Record<string, Doing>> = {
  buys: (node, who) => node.buy(who),
  'buys for the same order': (node) => node.buy('SAME'),
  reserves: (node) => node.reserve(),
  confirms: (node, who) => node.confirm('1000', who),
  cancels: (node) => node.cancel('1000'),
  refunds: (node) => node.refund(SOLD, 'refund'),
  annuls: (node) => node.refund(SOLD, 'annulment'),
  replaces: (node) => node.replace(SOLD),
  'ends what is overdue': (node, _, world) => {
    world.clock.advance(RESERVATION_TTL_MS);
    return node.recover();
  },
};

/** What is neither done nor undone, although nobody died: recovery would put it right, minutes later. */
function leftIn(world: SaleWorld, lots: number): string[] {
  const index = new UnfinishedIndex();
  const keep = new MemoryKeep();
  for (const event of world.events) {
    const seen = new StoredIndexedEvent(event, 'kf.'.length);
    if (index.categories.includes(seen.category)) index.apply(seen, keep);
  }
  index.afterBatch(keep);
  const held = world
    .fold(Wallet, WALLET)
    .holds.values()
    .map(({ key }) => key);
  const reserved: string[] = [];
  for (let lot = 1; lot <= lots; lot += 1) {
    for (const [reservation] of world.fold(Lot, String(lot)).open.entries())
      reserved.push(`reservation:${reservation}`);
  }
  return [
    ...index.queue.takeDue(Number.POSITIVE_INFINITY, 100),
    ...held.filter((key) => !reserved.includes(key)).map((key) => `${key} is held for nothing`),
    ...reserved.filter((key) => !held.includes(key)).map((key) => `${key} is not paid for`),
    ...auditSales(world.events, { finished: false, floorMinor: 0n }),
  ];
}

const SHORTAGES = [
  ['the last key', { lots: [3], fundsMinor: 10n * PRICE_MINOR }],
  ['the last money', { lots: [9], fundsMinor: 3n * PRICE_MINOR }],
  ['the last key of a lot', { lots: [3, 3], fundsMinor: 10n * PRICE_MINOR }],
] as const;

describe.each(Object.entries(DOINGS))('one %s', (doing, act) => {
  it.each(Object.entries(DOINGS))(
    'while another one %s, and nothing is left undone',
    async (rival, actToo) => {
      for (const [shortage, options] of SHORTAGES) {
        for (let place = 0; ; place += 1) {
          expect(place).toBeLessThan(MAX_PLACES);
          const world = await SaleWorld.create(options);
          await world.node().reserve();
          await world.node().buy('SOLD');
          const stop = new Stop(place, 'pause');
          const acting = act(world.node(stop.gate), 'ONE', world);
          await Promise.race([acting, stop.reached]);
          if (!stop.wasReached) break;
          await actToo(world.node(), 'OTHER', world);
          stop.resume();
          await acting;
          const left = leftIn(world, options.lots.length);
          expect({ doing, rival, shortage, place, left }).toEqual({
            doing,
            rival,
            shortage,
            place,
            left: [],
          });
        }
      }
    },
  );
});
