import { Order, orderId } from '../../src/contexts/ordering/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, SaleWorld } from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

type Kind = 'refund' | 'annulment';

const ORDER = orderId(PARTNER, 'sale', 'A', 'grouped');
const WALLET = walletId(PARTNER, 'main', 'AZN');
const MAX_PLACES = 40;
const code = (answer: unknown): string => (isRejection(answer) ? answer.code : 'done');

async function confirmed(): Promise<SaleWorld> {
  const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n, commissionPercent: '3' });
  await world.node().buy('A');
  return world;
}

/** An order that has its claim and its hold, and no key: its buyer died. */
async function unfinished(): Promise<SaleWorld> {
  const world = await SaleWorld.create({ lots: [2], fundsMinor: 5000n, commissionPercent: '3' });
  const node = world.node(new Stop(2, 'crash').gate);
  await Promise.race([node.buy('A'), node.store.whenCrashed]);
  expect(world.fold(Order, ORDER).status).toBe('claimed');
  return world;
}

describe.each<[string, () => Promise<SaleWorld>, [Kind, Kind]]>([
  ['two refunds', confirmed, ['refund', 'refund']],
  ['two annulments', confirmed, ['annulment', 'annulment']],
  ['a refund and an annulment', confirmed, ['refund', 'annulment']],
  ['two annulments of an order without a key', unfinished, ['annulment', 'annulment']],
])('of %s on two nodes', (_, begin, [kind, rivalKind]) => {
  it('one is done and the other is refused, wherever they meet', async () => {
    let places = 0;
    for (let actorPlace = 0, actorStopped = true; actorStopped; actorPlace += 1) {
      for (let rivalPlace = 0, rivalStopped = true; rivalStopped; rivalPlace += 1) {
        expect(rivalPlace).toBeLessThan(MAX_PLACES);
        const world = await begin();
        const stop = new Stop(actorPlace, 'pause');
        const rivalStop = new Stop(rivalPlace, 'pause');
        const acting = world.node(stop.gate).refund(ORDER, kind);
        await Promise.race([acting, stop.reached]);
        const rivalling = world.node(rivalStop.gate).refund(ORDER, rivalKind);
        await Promise.race([rivalling, rivalStop.reached]);
        stop.resume();
        const answer = await acting;
        rivalStop.resume();
        const answers = [code(answer), code(await rivalling)].sort();
        const place = { actorPlace, rivalPlace };
        expect({ ...place, answers }).toEqual({ ...place, answers: ['OrderNotConfirmed', 'done'] });
        expect(world.fold(Wallet, WALLET).postedMinor).toBe(5000n);
        expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
        ({ wasReached: rivalStopped } = rivalStop);
        ({ wasReached: actorStopped } = stop);
        if (!actorStopped) break;
        places += 1;
      }
    }
    expect(places).toBeGreaterThan(3);
  });
});
