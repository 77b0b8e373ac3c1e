import fc from 'fast-check';
import { Lot } from '../../src/contexts/inventory/index.js';
import { orderId } from '../../src/contexts/ordering/index.js';
import { CLAIM_PATIENCE_MS } from '../../src/contexts/ordering/limits.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, RESERVATION_TTL_MS, type SaleNode, SaleWorld } from '../support/sale-world.js';

type Step =
  | { readonly do: 'buy'; readonly order: number }
  | { readonly do: 'reserve' }
  | { readonly do: 'confirm'; readonly reserved: number; readonly order: number }
  | { readonly do: 'cancel'; readonly reserved: number }
  | { readonly do: 'refund'; readonly order: number; readonly kind: 'refund' | 'annulment' }
  | { readonly do: 'top-up'; readonly reference: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'recover' };

const small = fc.nat({ max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('buy' as const), order: small }) },
  { weight: 4, arbitrary: fc.constant({ do: 'reserve' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('confirm' as const), reserved: small, order: small }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), reserved: small }) },
  fc.record({
    do: fc.constant('refund' as const),
    order: small,
    kind: fc.constantFrom('refund' as const, 'annulment' as const),
  }),
  fc.record({ do: fc.constant('top-up' as const), reference: small }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(1, CLAIM_PATIENCE_MS, RESERVATION_TTL_MS, 86_400_000),
  }),
  fc.constant({ do: 'recover' as const }),
);

/** Steps of one group run at the same time, each on the node of its number. */
const history = fc.array(
  fc.array(fc.record({ node: fc.nat({ max: 2 }), step }), { minLength: 1, maxLength: 5 }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

const KEYS = 4;
const FUNDS = 3500n;

async function perform(world: SaleWorld, node: SaleNode, reserved: string[], what: Step): Promise<void> {
  const keyOf = (index: number): string => reserved[index % Math.max(reserved.length, 1)] ?? '1000';
  switch (what.do) {
    case 'buy':
      await node.buy(`O${what.order}`);
      return;
    case 'reserve': {
      const answer = await node.reserve();
      if (!isRejection(answer)) reserved.push(answer.keyNumber);
      return;
    }
    case 'confirm':
      await node.confirm(keyOf(what.reserved), `O${what.order}`);
      return;
    case 'cancel':
      await node.cancel(keyOf(what.reserved));
      return;
    case 'refund':
      await node.refund(orderId(PARTNER, 'sale', `O${what.order}`, 'grouped'), what.kind);
      return;
    case 'top-up':
      await node.topUp(`T${what.reference}`, 500n);
      return;
    case 'wait':
      world.clock.advance(what.ms);
      return;
    case 'recover':
      return node.recover();
  }
}

/** Money in and out of every account of the ledger, by double entry. */
function ledgerSum(world: SaleWorld): bigint {
  const accounts = new Map<string, bigint>();
  const post = (account: string, amount: bigint): void => {
    accounts.set(account, (accounts.get(account) ?? 0n) + amount);
  };
  for (const event of world.events) {
    const sign = { FundsCaptured: -1n, FundsDebited: -1n, FundsCredited: 1n }[event.type];
    if (sign === undefined) continue;
    const { amount, counter } = JSON.parse(event.data.toString()) as { amount: string; counter: string };
    post(event.stream, sign * BigInt(amount));
    post(counter, -sign * BigInt(amount));
  }
  return [...accounts.values()].reduce((sum, amount) => sum + amount, 0n);
}

function stockOf(world: SaleWorld): { statuses: Record<string, number>; free: number; offered: number } {
  const statuses: Record<string, number> = {};
  let free = 0;
  let offered = 0;
  for (const lot of ['1', '2']) {
    const state = world.fold(Lot, lot);
    free += state.free;
    offered += state.slots.filter((slot) => slot.status === 'free').size;
    for (const slot of state.slots) statuses[slot.status] = (statuses[slot.status] ?? 0) + 1;
  }
  return { statuses, free, offered };
}

describe.each([false, true])('any history on three nodes (states that forget: %s)', (forgetful) => {
  it('keeps every key, every coin and every order right', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (groups) => {
        const world = await SaleWorld.create({
          lots: [KEYS / 2, KEYS / 2],
          fundsMinor: FUNDS,
          commissionPercent: '7',
          forgetful,
        });
        const nodes = [world.node(), world.node(), world.node()];
        const reserved: string[] = [];
        for (const group of groups) {
          await Promise.all(
            group.map(({ node, step: what }) => perform(world, nodes[node]!, reserved, what)),
          );
        }
        world.clock.advance(RESERVATION_TTL_MS + CLAIM_PATIENCE_MS);
        await world.node().recover();

        expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]);
        expect(ledgerSum(world)).toBe(0n);
        const { statuses, free, offered } = stockOf(world);
        expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(KEYS);
        expect(free).toBe(offered);
      }),
      { numRuns: 150 },
    );
  });
});

it('any command given twice changes nothing more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12, size: 'max' }), async (steps) => {
      const world = await SaleWorld.create({ lots: [KEYS], fundsMinor: FUNDS });
      const node = world.node();
      const reserved: string[] = [];
      for (const what of steps) {
        await perform(world, node, reserved, what);
        if (what.do === 'reserve' || what.do === 'wait') continue;
        const events = world.events.length;
        await perform(world, node, reserved, what);
        expect(world.events.slice(events).map(({ type }) => type)).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});
