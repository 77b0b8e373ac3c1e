import { Order, orderId } from '../../src/contexts/ordering/index.js';
import { CLAIM_PATIENCE_MS } from '../../src/contexts/ordering/limits.js';
import {
  Adjustment,
  adjustmentId,
  availableMinor,
  TopUp,
  topUpId,
  Wallet,
  walletId,
} from '../../src/contexts/wallets/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import {
  PARTNER,
  PRICE_MINOR,
  RESERVATION_TTL_MS,
  type SaleNode,
  SaleWorld,
  type WorldOptions,
} from '../support/sale-world.js';
import { Stop } from '../support/stops.js';

/**
 * Every sale is stopped after every entry of every batch, on a store that goes entry by entry. What then happens on
 * another node, before the stopped one resumes (if it does) at every later point, is one of the rivals below.
 */
type Act = (node: SaleNode, world: SaleWorld) => Promise<unknown>;

interface Scenario {
  readonly name: string;
  readonly options: WorldOptions;
  readonly prepare?: (world: SaleWorld) => Promise<void>;
  readonly act: Act;
  readonly rivals: Readonly<Record<string, Act>>;
  /** Rivals beside which the first, if it lives, must succeed. */
  readonly harmless?: readonly string[];
}

const buyA: Act = (node) => node.buy('A');
const recover: Act = async (node, world) => {
  world.clock.advance(CLAIM_PATIENCE_MS);
  await node.recover();
};
const recoverThenBuyA: Act = async (node, world) => {
  await recover(node, world);
  return node.buy('A');
};
const expire: Act = async (node, world) => {
  world.clock.advance(RESERVATION_TTL_MS);
  await node.recover();
};
const ORDER_A = orderId(PARTNER, 'sale', 'A', 'grouped');
const reserveOne = async (world: SaleWorld): Promise<void> => {
  await world.node().reserve();
};

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a direct purchase',
    options: { lots: [2, 2], fundsMinor: 5000n, commissionPercent: '3' },
    act: buyA,
    rivals: {
      'the same order again': buyA,
      'another order': (node) => node.buy('B'),
      recovery: recover,
      'recovery, then the same order': recoverThenBuyA,
    },
  },
  {
    name: 'a direct purchase of the last key',
    options: { lots: [1, 1], fundsMinor: 1500n },
    act: buyA,
    rivals: {
      'the same order again': buyA,
      'another order': (node) => node.buy('B'),
      'two other orders': async (node) => {
        await node.buy('B');
        await node.buy('C');
      },
      recovery: recover,
    },
  },
  {
    name: 'a direct purchase whose lot empties under it',
    options: { lots: [1, 1], fundsMinor: 9000n },
    act: buyA,
    rivals: {
      'a reservation of the lot': (node) => node.reserve(),
      'another order and the same order': async (node) => {
        await node.buy('B');
        return node.buy('A');
      },
    },
  },
  {
    name: 'a reservation',
    options: { lots: [1, 1], fundsMinor: 2000n },
    act: (node) => node.reserve(),
    rivals: {
      'a purchase of the key': (node) => node.buy('B'),
      'two purchases': async (node) => {
        await node.buy('B');
        await node.buy('C');
      },
      'its expiry': expire,
    },
  },
  {
    name: 'a confirmation',
    options: { lots: [2], fundsMinor: 2000n, commissionPercent: '3' },
    prepare: reserveOne,
    act: (node) => node.confirm('1000', 'A'),
    rivals: {
      'the same confirmation': (node) => node.confirm('1000', 'A'),
      'another order for the same reservation': (node) => node.confirm('1000', 'B'),
      'its cancellation': (node) => node.cancel('1000'),
      'its expiry': expire,
      'recovery of the order alone': recover,
      'its expiry, then a direct purchase under the same order': async (node, world) => {
        await expire(node, world);
        return node.buy('A');
      },
    },
  },
  {
    name: 'a cancellation',
    options: { lots: [1], fundsMinor: 2000n },
    prepare: reserveOne,
    act: (node) => node.cancel('1000'),
    harmless: ['a top-up'],
    rivals: {
      'a top-up': (node) => node.topUp('T', 100n),
      'its confirmation': (node) => node.confirm('1000', 'A'),
      'another cancellation': (node) => node.cancel('1000'),
      'its expiry': expire,
      'a new reservation of the key': async (node) => {
        await node.cancel('1000');
        return node.reserve();
      },
    },
  },
  {
    name: 'an annulment',
    options: { lots: [1], fundsMinor: 2000n, commissionPercent: '3' },
    prepare: async (world) => {
      await world.node().buy('A');
    },
    act: (node) => node.refund(orderId(PARTNER, 'sale', 'A', 'grouped'), 'annulment'),
    rivals: {
      'a refund': (node) => node.refund(orderId(PARTNER, 'sale', 'A', 'grouped'), 'refund'),
      recovery: recover,
      'the order again': buyA,
    },
  },
  {
    name: 'a replacement',
    options: { lots: [2, 1], fundsMinor: 2000n, commissionPercent: '3' },
    prepare: async (world) => {
      await world.node().buy('A');
    },
    act: (node) => node.replace(ORDER_A, '1000'),
    rivals: {
      'the same replacement': (node) => node.replace(ORDER_A, '1000'),
      'another order': (node) => node.buy('B'),
      'the order again': buyA,
      recovery: recover,
      'an annulment': (node) => node.refund(ORDER_A, 'annulment'),
      'a refund, then the order again': async (node) => {
        await node.refund(ORDER_A, 'refund');
        return node.buy('A');
      },
    },
  },
  {
    name: 'a replacement by the last key, from another lot',
    options: { lots: [1, 1], fundsMinor: 2000n },
    prepare: async (world) => {
      await world.node().buy('A');
    },
    act: (node) => node.replace(ORDER_A, '1000'),
    rivals: {
      'another order': (node) => node.buy('B'),
      'a reservation of the key': (node) => node.reserve(),
      'recovery, then the order again': recoverThenBuyA,
    },
  },
  {
    name: 'a top-up',
    options: { lots: [1], fundsMinor: 0n },
    act: (node) => node.topUp('T', 700n),
    rivals: {
      'the same top-up': (node) => node.topUp('T', 700n),
      recovery: recover,
      'a purchase': buyA,
    },
  },
  {
    name: 'a correction',
    options: { lots: [1], fundsMinor: 0n },
    act: (node) => node.adjust('C', 700n),
    rivals: {
      'the same correction': (node) => node.adjust('C', 700n),
      recovery: recover,
      'a purchase': buyA,
    },
  },
];

/** Whether what moves money into the wallet was begun: then it must have come, and once. */
const CLAIMED: Readonly<Record<string, (world: SaleWorld) => boolean>> = {
  'a top-up': (world) => world.fold(TopUp, topUpId(PARTNER, 'T')).status !== 'none',
  'a correction': (world) => world.fold(Adjustment, adjustmentId(PARTNER, 'C')).status !== 'none',
};

const MAX_PLACES = 40;

/** Everything still open is ended, and the whole log is looked over. */
async function settleAndAudit(world: SaleWorld, scenario: Scenario): Promise<string[]> {
  const problems = auditSales(world.events, { finished: false, floorMinor: 0n });
  world.clock.advance(RESERVATION_TTL_MS + CLAIM_PATIENCE_MS);
  await world.node().recover();
  problems.push(...auditSales(world.events, { finished: true, floorMinor: 0n }));
  const wallet = world.fold(Wallet, walletId(PARTNER, 'main', 'AZN'));
  if (availableMinor(wallet) < 0n) problems.push('the wallet is overdrawn');
  const isClaimed = CLAIMED[scenario.name];
  if (isClaimed) {
    const paid =
      world.fold(Order, orderId(PARTNER, 'sale', 'A', 'grouped')).status === 'confirmed' ? PRICE_MINOR : 0n;
    if (wallet.postedMinor + paid !== (isClaimed(world) ? 700n : 0n))
      problems.push(`${scenario.name} stands as ${wallet.postedMinor + paid}`);
  }
  return problems;
}

async function worldOf(scenario: Scenario): Promise<SaleWorld> {
  const world = await SaleWorld.create(scenario.options);
  await scenario.prepare?.(world);
  return world;
}

/** Crashes the actor at one place, lets the rival run, then maybe a client's retry; null if it never came there. */
async function crashAt(
  scenario: Scenario,
  rival: Act,
  place: number,
  retried: boolean,
): Promise<string[] | null> {
  const world = await worldOf(scenario);
  const stop = new Stop(place, 'crash');
  const actor = world.node(stop.gate);
  await Promise.race([scenario.act(actor, world), actor.store.whenCrashed]);
  if (!stop.wasReached) return null;
  await rival(world.node(), world);
  if (retried) await scenario.act(world.node(), world);
  return settleAndAudit(world, scenario);
}

/** Pauses the actor at one place and the rival at another; the actor goes on first, then the rival. */
async function pauseAt(
  scenario: Scenario,
  rival: Act,
  places: { actor: number; rival: number },
): Promise<{ problems: string[]; actorStopped: boolean; rivalStopped: boolean; refusal: string | null }> {
  const world = await worldOf(scenario);
  const stop = new Stop(places.actor, 'pause');
  const rivalStop = new Stop(places.rival, 'pause');
  const acting = scenario.act(world.node(stop.gate), world);
  await Promise.race([acting, stop.reached]);
  const rivalling = rival(world.node(rivalStop.gate), world);
  await Promise.race([rivalling, rivalStop.reached]);
  stop.resume();
  const answer = await acting;
  rivalStop.resume();
  await rivalling;
  const problems = await settleAndAudit(world, scenario);
  if (scenario.act === buyA && !isRejection(answer)) {
    const again = await world.node().buy('A');
    if (JSON.stringify(again) !== JSON.stringify(answer)) {
      problems.push(`answered ${JSON.stringify(answer)}, then ${JSON.stringify(again)}`);
    }
  }
  const refusal = isRejection(answer) ? answer.code : null;
  return { problems, actorStopped: stop.wasReached, rivalStopped: rivalStop.wasReached, refusal };
}

const FORGETFUL = SCENARIOS.map((scenario) => ({
  ...scenario,
  name: `${scenario.name}, with states that remember nothing`,
  options: { ...scenario.options, forgetful: true },
}));

describe.each([...SCENARIOS, ...FORGETFUL])('$name', (scenario) => {
  describe.each(Object.entries(scenario.rivals))('and %s', (name, rival) => {
    it.each([true, false])(
      'come to one right end when the first dies anywhere, retried: %s',
      async (retried) => {
        let places = 0;
        for (; places < MAX_PLACES; places += 1) {
          const problems = await crashAt(scenario, rival, places, retried);
          if (problems === null) break;
          expect({ place: places, problems }).toEqual({ place: places, problems: [] });
        }
        expect(places).toBeGreaterThan(2);
        expect(places).toBeLessThan(MAX_PLACES);
      },
    );

    it('come to one right end when the first pauses at any point and resumes at any later one', async () => {
      let stoppedOnce = false;
      for (let actor = 0; actor < MAX_PLACES; actor += 1) {
        let actorStopped = false;
        for (let other = 0; other < MAX_PLACES; other += 1) {
          const outcome = await pauseAt(scenario, rival, { actor, rival: other });
          const place = { actor, rival: other };
          expect({ ...place, problems: outcome.problems }).toEqual({ ...place, problems: [] });
          if (scenario.harmless?.includes(name))
            expect({ ...place, ...outcome }).toMatchObject({ refusal: null });
          actorStopped = outcome.actorStopped;
          if (!actorStopped || !outcome.rivalStopped) break;
        }
        if (!actorStopped) break;
        stoppedOnce = true;
      }
      expect(stoppedOnce).toBe(true);
    });
  });
});

describe.each(FORGETFUL)('$name', (scenario) => {
  it('comes to one right end when it dies anywhere, recovery dies anywhere after it, and a client tries again', async () => {
    let deaths = 0;
    for (let first = 0; first < MAX_PLACES; first += 1) {
      let firstDied = false;
      for (let second = 0; second < MAX_PLACES; second += 1) {
        const world = await worldOf(scenario);
        const [stop, recovering] = [new Stop(first, 'crash'), new Stop(second, 'crash')];
        const actor = world.node(stop.gate);
        await Promise.race([scenario.act(actor, world), actor.store.whenCrashed]);
        firstDied = stop.wasReached;
        world.clock.advance(RESERVATION_TTL_MS);
        const node = world.node(recovering.gate);
        await Promise.race([node.recover(), node.store.whenCrashed]);
        await scenario.act(world.node(), world);
        const problems = await settleAndAudit(world, scenario);
        expect({ first, second, problems }).toEqual({ first, second, problems: [] });
        if (!firstDied || !recovering.wasReached) break;
        deaths += 1;
      }
      if (!firstDied) break;
    }
    expect(deaths).toBeGreaterThan(0);
  });
});
