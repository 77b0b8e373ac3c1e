import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { iso } from '../../../../test/support/lot-history.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { type CommandContext, Executor, type Work } from '../../../platform/execution/transaction.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { isPackageOffered, Package, RecentReferences } from '../../catalog/index.js';
import { expireReservation, reserveKey, sellKey } from '../domain/lot.decider.js';
import { Lot, type SlotStatus } from '../domain/lot.js';
import { PackageLots } from './package-lots.js';
import { RetirePackageKeys, RetirePackageKeysHandler } from './retire-package-keys.js';

/** More than are decided on at once. */
const LOTS = Array.from({ length: 18 }, (_, index) => index + 1);
const KEYS = 2 * LOTS.length;

let node: InventoryNode;
beforeEach(async () => {
  node = await InventoryNode.start(new MemoryEventStore(), new MemoryKeyStore());
  for (const id of ['a', 'b']) await node.createPackage(id);
  for (const lot of LOTS) await node.add('a', [{ text: `A${lot}` }, { text: `B${lot}` }]);
  await node.add('b', [{ text: 'OTHER' }]);
});
afterEach(() => node.close());

/** An executor for which something happens before its nth run. */
class Interrupted extends Executor {
  runs = 0;
  constructor(
    private readonly before: number,
    private readonly happens: () => Promise<unknown>,
  ) {
    super();
  }
  async run<R>(context: CommandContext, work: Work<R>): Promise<R> {
    this.runs += 1;
    if (this.runs === this.before) await this.happens();
    return node.executor.run(context, work);
  }
}

const retire = (executor: Executor = node.executor, packageId = 'a') =>
  new RetirePackageKeysHandler(executor, new PackageLots(executor, new RecentReferences())).execute(
    new RetirePackageKeys(testContext, packageId),
  );

/** Reserves as a sale does: only from a package that is offered. */
const reserve = (lot: number, reservation: string): Promise<boolean> =>
  node.executor.run(testContext, (tx) => {
    if (!isPackageOffered(tx.load(Package, 'a'))) return false;
    const terms = { nowMs: tx.nowMs, cooldownMs: 0, partner: 'p', wallet: 'w', currency: 'AZN', shown: true };
    const deadline = iso(tx.nowMs + 1000);
    const events = reserveKey(tx.load(Lot, String(lot)), { ...terms, reservation, deadline });
    if (isRejection(events)) return false;
    tx.append(Lot, String(lot), events);
    return true;
  });

const statuses = (): Promise<SlotStatus[]> =>
  node.executor.run(testContext, (tx) =>
    LOTS.flatMap((lot) => tx.load(Lot, String(lot)).slots.toArray()).map(({ status }) => status),
  );
const isHeld = () => node.executor.run(testContext, (tx) => tx.load(Package, 'a').hold);

it('every key of the package is retired, sold ones and other packages stay', async () => {
  await node.executor.run(testContext, (tx) => {
    const sale = { nowMs: tx.nowMs, cooldownMs: 0, partner: 'p', order: 'o', attempt: 1, unit: 0 };
    const sold = sellKey(tx.load(Lot, '2'), sale);
    if (!isRejection(sold)) tx.append(Lot, '2', sold);
  });
  expect(await retire()).toEqual({ retired: KEYS - 1 });
  const left = (await statuses()).filter((status) => status !== 'retired');
  expect(left).toEqual(['sold']);
  await node.caughtUp();
  expect([node.stock.available('a'), node.stock.available('b')]).toEqual([0, 1]);
  expect(await retire()).toEqual({ retired: 0 });
});

it('a reserved key keeps all others, and the package on sale', async () => {
  await reserve(18, 'r');
  expect(await retire()).toMatchObject({ code: 'KeysReserved' });
  expect((await statuses()).filter((status) => status !== 'free')).toEqual(['reserved']);
  expect(await isHeld()).toBe(false);
  node.clock.advance(2000);
  await node.executor.run(testContext, (tx) => {
    const end = { reservation: 'r', at: tx.at, nowMs: tx.nowMs, shownKeysTo: 'stock' as const };
    tx.append(Lot, '18', expireReservation(tx.load(Lot, '18'), end));
  });
  expect(await retire()).toEqual({ retired: KEYS });
});

it('an unknown package has nothing to retire', async () => {
  expect(await retire(node.executor, 'nobody')).toMatchObject({ code: 'UnknownPackage' });
});

describe('whenever it is interrupted', () => {
  /** At least the most runs that the command needs. */
  const moments = Array.from({ length: 12 }, (_, index) => index + 1);

  it.each(moments)('a reservation before run %i is refused, or all keys stay', async (moment) => {
    let reserved = false;
    const executor = new Interrupted(moment, async () => {
      reserved = await reserve(18, 'r');
    });
    const result = await retire(executor);
    const rest = (await statuses()).filter((status) => status !== 'reserved');
    expect(isRejection(result)).toBe(reserved);
    expect(new Set(rest)).toEqual(new Set([reserved ? 'free' : 'retired']));
    expect(await isHeld()).toBe(!reserved);
  });

  it.each(moments)('after a crash before run %i it is finished when it is given again', async (moment) => {
    const executor = new Interrupted(moment, () => Promise.reject(new Error('crash')));
    await retire(executor).catch(() => undefined);
    await retire();
    expect(new Set(await statuses())).toEqual(new Set(['retired']));
  });
});

it('a package has keys until all of them are retired', async () => {
  const lots = new PackageLots(node.executor, node.references);
  expect(await lots.hasKeys(testContext, 'a')).toBe(true);
  await retire();
  expect(await lots.hasKeys(testContext, 'a')).toBe(false);
  expect(await lots.hasKeys(testContext, 'nobody')).toBe(false);
});
