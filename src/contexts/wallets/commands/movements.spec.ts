import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { openExecutor } from '../../../platform/execution/open-executor.js';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { WINDOW_GENERATION_SIZE } from '../../../platform/kernel/operation-window.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { NoSnapshots } from '../../../platform/snapshots/snapshot-store.js';
import { Adjustment } from '../domain/adjustment.js';
import { TopUp } from '../domain/topup.js';
import { Wallet, walletId } from '../domain/wallet.js';
import type { WalletEvent } from '../events/wallet.events.js';
import { CLAIM_PATIENCE_MS, largestMovementMinor } from '../limits.js';
import { AdjustBalance, AdjustBalanceHandler, advanceAdjustment } from './adjust-balance.js';
import { type BalanceAfter, referenceId } from './balance.js';
import { advanceTopUp, TopUpBalance, TopUpBalanceHandler } from './top-up-balance.js';

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z');
const clock = new ManualClock(NOW_MS);
const context: CommandContext = {
  commandId: 'command',
  correlationId: 'command',
  actor: { kind: 'staff', id: 'admin' },
  surface: 'test',
};

function open() {
  const store = new MemoryEventStore();
  const ids = new SystemIds(() => clock.now());
  const executor = openExecutor({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
  const topUps = new TopUpBalanceHandler(executor);
  const adjustments = new AdjustBalanceHandler(executor);
  return {
    executor,
    topUp: (reference: string, amountMinor: bigint, currency: Currency = 'AZN', ownerId = 'owner') => {
      const comment = reference === 'r' ? 'sealed' : null;
      const input = { ownerId, purpose: 'main' as const, currency, amountMinor, reference, comment };
      return topUps.execute(new TopUpBalance(context, input));
    },
    adjust: (reference: string, amountMinor: bigint, currency: Currency = 'AZN', ownerId = 'owner') => {
      const input = { ownerId, currency, amountMinor, reference, reason: 'sealed' };
      return adjustments.execute(new AdjustBalance(context, input));
    },
    events: () => store.events.map(({ type, data }) => [type, JSON.parse(data.toString())] as const),
  };
}
type Post = keyof Pick<ReturnType<typeof open>, 'topUp' | 'adjust'>;

function outcome(answer: BalanceAfter | Rejection): unknown {
  if (isRejection(answer)) return answer.code;
  const { note: _, ...balance } = answer;
  return balance;
}
const balance = (postedMinor: bigint, currency: Currency = 'AZN') => ({
  ...{ currency, postedMinor, heldMinor: 0n, availableMinor: postedMinor },
});
const MOST = largestMovementMinor('AZN');

it.each([
  ['topUp', 0n, 'InvalidAmount'],
  ['topUp', -1n, 'InvalidAmount'],
  ['topUp', 1n, balance(1n)],
  ['topUp', MOST, balance(MOST)],
  ['topUp', MOST + 1n, 'InvalidAmount'],
  ['adjust', 0n, 'InvalidAdjustment'],
  ['adjust', 1n, balance(1n)],
  ['adjust', -1n, balance(-1n)],
  ['adjust', MOST, balance(MOST)],
  ['adjust', -MOST, balance(-MOST)],
  ['adjust', MOST + 1n, 'InvalidAdjustment'],
  ['adjust', -MOST - 1n, 'InvalidAdjustment'],
] as const)('%s by %s comes to %j', async (post, amountMinor, expected) => {
  const world = open();
  expect(outcome(await world[post]('r', amountMinor))).toEqual(expected);
  expect(world.events()).toHaveLength(typeof expected === 'string' ? 0 : 3);
});

describe.each(['topUp', 'adjust'] as const)('%s', (post: Post) => {
  it('is one movement for each owner and reference, claimed before and completed after it', async () => {
    const world = open();
    expect(outcome(await world[post]('r', 70n))).toEqual(balance(70n));
    expect(outcome(await world[post]('r', 70n))).toEqual(balance(70n));
    expect(outcome(await world[post]('s', 30n))).toEqual(balance(100n));
    expect(outcome(await world[post]('r', 70n, 'AZN', 'other'))).toEqual(balance(70n));
    const name = post === 'topUp' ? 'TopUp' : 'Adjustment';
    const once = [`${name}Claimed`, 'FundsCredited', `${name}Completed`];
    expect(world.events().map(([type]) => type)).toEqual([...once, ...once, ...once]);
    const [claimed, credited, completed] = world.events().map(([, data]) => data);
    expect(claimed).toMatchObject({
      ...{ owner: 'owner', wallet: 'owner.main.AZN', walletRevision: -1, currency: 'AZN', amount: '70' },
      ...{ reference: 'r', deadline: new Date(NOW_MS + CLAIM_PATIENCE_MS).toISOString() },
    });
    expect(credited).toEqual({
      ...{ operation: `${name.toLowerCase()}:${referenceId('owner', 'r')}`, currency: 'AZN', amount: '70' },
      ...{ counter: post === 'topUp' ? 'topups' : 'adjustments', reference: 'r', comment: 'sealed' },
    });
    expect(world.events()[4]![1].comment).toBe(post === 'topUp' ? undefined : 'sealed');
    expect(completed).toEqual({ amount: '70' });
  });

  it('is refused under a reference that another amount or currency has', async () => {
    const world = open();
    await world[post]('r', 70n);
    expect(outcome(await world[post]('r', 71n))).toBe('ReferenceConflict');
    expect(outcome(await world[post]('r', 70n, 'USD'))).toBe('ReferenceConflict');
    expect(world.events()).toHaveLength(3);
  });

  it('is nothing more once it is complete, and nothing where nobody claimed it', async () => {
    const world = open();
    await world[post]('r', 70n);
    await world.executor.run(context, (tx) => {
      for (const reference of ['r', 'unknown']) {
        const id = referenceId('owner', reference);
        if (post === 'topUp') advanceTopUp(tx, id);
        else advanceAdjustment(tx, id);
      }
    });
    expect(world.events()).toHaveLength(3);
  });

  it('is found done by whoever completes it, however much has moved since', async () => {
    const world = open();
    const id = referenceId('owner', 'r');
    const wallet = walletId('owner', 'main', 'AZN');
    const credit = (operation: string): WalletEvent => ({
      type: 'FundsCredited',
      data: { operation, currency: 'AZN', amount: '70', counter: 'topups' },
    });
    const claim = {
      ...{ owner: 'owner', wallet, walletRevision: -1, currency: 'AZN' as const, amount: '70' },
      ...{ reference: 'r', comment: null, reason: 'sealed', deadline: new Date(NOW_MS).toISOString() },
    };
    const others = Array.from({ length: 2 * WINDOW_GENERATION_SIZE + 1 }, (_, at) => credit(`other:${at}`));
    await world.executor.run(context, (tx) => {
      if (post === 'topUp') tx.append(TopUp, id, [{ type: 'TopUpClaimed', data: claim }]);
      else tx.append(Adjustment, id, [{ type: 'AdjustmentClaimed', data: claim }]);
      const operation = post === 'topUp' ? `topup:${id}` : `adjustment:${id}`;
      tx.append(Wallet, wallet, [credit(operation), ...others]);
    });
    const before = world.events().length;
    const expected = balance(70n * BigInt(others.length + 1));
    expect(outcome(await world[post]('r', 70n))).toEqual(expected);
    expect(
      world
        .events()
        .slice(before)
        .map(([type]) => type),
    ).toEqual([post === 'topUp' ? 'TopUpCompleted' : 'AdjustmentCompleted']);
  });
});
