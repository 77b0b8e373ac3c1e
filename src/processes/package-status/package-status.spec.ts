import { InventoryNode, testContext } from '../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../test/support/memory-key-store.js';
import { Package, type PackageEvent } from '../../contexts/catalog/index.js';
import {
  cancelReservation,
  Lot,
  type LotState,
  reserveKey,
  sellKey,
} from '../../contexts/inventory/index.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../platform/kernel/rejection.js';
import { PackageStatus } from './package-status.js';

let node: InventoryNode;
let store: MemoryEventStore;
let keys: MemoryKeyStore;
let status: PackageStatus;
const errors: unknown[] = [];
const told: (readonly [packageId: number, available: number, threshold: number])[] = [];
beforeEach(async () => {
  [store, keys] = [new MemoryEventStore(), new MemoryKeyStore()];
  told.length = 0;
  node = await InventoryNode.start(store, keys);
  await node.createPackage('a');
  status = newProcess();
});
afterEach(async () => {
  await status.close();
  await node.close();
  expect(errors.splice(0)).toEqual([]);
});

const newProcess = (caughtUp = () => node.caughtUp()): PackageStatus =>
  new PackageStatus({
    executor: node.executor,
    stock: node.stock,
    catalog: node.catalog,
    ids: new SystemIds(),
    caughtUp,
    onLow: (...low) => told.push(low),
    onError: (error) => errors.push(error),
  });

type LotEvents = Parameters<typeof Lot.evolve>[1][];
const onLot = (decide: (lot: LotState, nowMs: number) => LotEvents | Rejection, lot = '1'): Promise<void> =>
  node.executor.run(testContext, (tx) => {
    const decided = decide(tx.load(Lot, lot), tx.nowMs);
    if (isRejection(decided)) throw new Error(decided.code);
    tx.append(Lot, lot, decided);
  });
const sell = (order: string, lot = '1') =>
  onLot(
    (state, nowMs) => sellKey(state, { nowMs, cooldownMs: 0, order, attempt: 1, unit: 0, partner: 'p' }),
    lot,
  );

/** Why the package is off, or `on`, once everything has settled. */
async function packageIs(): Promise<string> {
  await node.caughtUp();
  await status.settled();
  const pkg = await node.executor.run(testContext, (tx) => tx.load(Package, 'a'));
  return pkg.inactiveBecause ?? 'on';
}

it('the last key switches the package off, new keys switch it on', async () => {
  await node.add('a', [{ text: 'ONE' }, { text: 'TWO' }]);
  await sell('o1');
  expect(await packageIs()).toBe('on');
  await sell('o2');
  expect(await packageIs()).toBe('stock');
  await node.add('a', [{ text: 'THREE' }]);
  expect(await packageIs()).toBe('on');
});

it('a reserved key keeps it on, whatever becomes of the reservation', async () => {
  await node.add('a', [{ text: 'ONE' }]);
  await onLot((state, nowMs) =>
    reserveKey(state, {
      nowMs,
      cooldownMs: 0,
      reservation: 'r',
      partner: 'p',
      wallet: 'w',
      currency: 'AZN',
      deadline: new Date(nowMs + 1000).toISOString(),
      shown: false,
    }),
  );
  expect(await packageIs()).toBe('on');
  const at = new Date(node.clock.nowMs).toISOString();
  await onLot((state) =>
    cancelReservation(state, { reservation: 'r', at, shownKeysTo: 'stock', command: 'c' }),
  );
  expect(await packageIs()).toBe('on');
});

it('keys that expire switch it off as time passes', async () => {
  node.clock.nowMs = Date.UTC(2026, 0, 15, 10);
  await node.add('a', [{ text: 'ONE', expiresOn: '2026-01-15' }]);
  status.start();
  expect(await packageIs()).toBe('on');
  node.clock.nowMs = Date.UTC(2026, 0, 15, 20);
  status.sweep();
  expect(await packageIs()).toBe('stock');
});

const onPackage = (...events: PackageEvent[]) =>
  node.executor.run(testContext, (tx) => tx.append(Package, 'a', events));
const hold = (type: 'PackageHeld' | 'PackageHoldLifted') => onPackage({ type, data: {} });
const switchOff = () => onPackage({ type: 'PackageDeactivated', data: { because: 'admin' } });

it('keys that came in on hold switch it on when the hold is lifted', async () => {
  await node.add('a', [{ text: 'ONE' }]);
  await sell('o1');
  expect(await packageIs()).toBe('stock');
  await hold('PackageHeld');
  await node.add('a', [{ text: 'TWO' }]);
  expect(await packageIs()).toBe('stock');
  await hold('PackageHoldLifted');
  status.sweep();
  expect(await packageIs()).toBe('on');
});

it('keys that came in on hold do so also where an admin had switched it off, not where that came later', async () => {
  await hold('PackageHeld');
  await switchOff();
  await node.add('a', [{ text: 'ONE' }]);
  await hold('PackageHoldLifted');
  status.sweep();
  expect(await packageIs()).toBe('on');
  await hold('PackageHeld');
  await node.add('a', [{ text: 'TWO' }]);
  await switchOff();
  await hold('PackageHoldLifted');
  status.sweep();
  expect(await packageIs()).toBe('admin');
});

it('what was missed is put right at the next start', async () => {
  await status.close();
  await node.add('a', [{ text: 'ONE' }]);
  await sell('o1');
  expect(await packageIs()).toBe('on');
  status = newProcess();
  status.start();
  expect(await packageIs()).toBe('stock');
});

it('a package that an admin switched off stays off', async () => {
  await node.add('a', [{ text: 'ONE' }, { text: 'TWO' }]);
  await switchOff();
  status.start();
  expect(await packageIs()).toBe('admin');
  await sell('o1');
  await sell('o2');
  expect(await packageIs()).toBe('admin');
});

it('a package without keys that an admin switched on is switched off again', async () => {
  await node.add('a', [{ text: 'ONE' }]);
  await sell('o1');
  status.start();
  expect(await packageIs()).toBe('stock');
  await onPackage({ type: 'PackageActivated', data: { because: 'admin' } });
  await node.caughtUp();
  status.sweep();
  expect(await packageIs()).toBe('stock');
  await node.add('a', [{ text: 'TWO' }]);
  expect(await packageIs()).toBe('on');
});

it('stops without what it waits for: the log may be gone, and the indexes never follow', async () => {
  const stuck = newProcess(() => new Promise(() => undefined));
  await onPackage({ type: 'PackageChanged', data: { lowStockThreshold: 5 } });
  await node.add('a', [{ text: 'ONE' }]);
  await node.caughtUp();
  stuck.sweep();
  await new Promise(setImmediate);
  await stuck.close();
});

describe('alerts of low stock', () => {
  const watch = (lowStockThreshold: number | null) =>
    onPackage({ type: 'PackageChanged', data: { lowStockThreshold } });
  let made = 0;
  const add = (count: number) => {
    made += count;
    return node.add(
      'a',
      Array.from({ length: count }, (_, n) => ({ text: `KEY-${made - n}` })),
    );
  };
  /** What the log says of the package's alerts, once everything has settled. */
  async function alerts(): Promise<string[]> {
    await node.caughtUp();
    status.sweep();
    await status.settled();
    const said: string[] = [];
    for (const { type, data } of store.readStream('kf.package-a')) {
      const { alert, available } = JSON.parse(data.toString()) as { alert?: number; available?: number };
      if (alert !== undefined)
        said.push(`${type.replace('PackageStock', '')} ${alert} ${available ?? ''}`.trim());
    }
    return said;
  }

  it('are raised once when so few are left, and do not flap about the threshold', async () => {
    await watch(2);
    await add(4);
    await sell('o1');
    expect(await alerts()).toEqual([]);
    await sell('o2');
    expect(await alerts()).toEqual(['Low 1 2']);
    await sell('o3');
    expect(await alerts()).toEqual(['Low 1 2']);
    await add(1);
    expect(await alerts()).toEqual(['Low 1 2']);
    await sell('o4');
    expect(await alerts()).toEqual(['Low 1 2']);
    expect(told).toEqual([[1, 2, 2]]);
  });

  it('are armed again by more keys than the threshold', async () => {
    await watch(2);
    await add(2);
    expect(await alerts()).toEqual(['Low 1 2']);
    await add(1);
    expect(await alerts()).toEqual(['Low 1 2', 'Refilled 1 3']);
    await sell('o1');
    expect(await alerts()).toEqual(['Low 1 2', 'Refilled 1 3', 'Low 2 2']);
    expect(told).toEqual([
      [1, 2, 2],
      [1, 2, 2],
    ]);
  });

  it('are withdrawn with their threshold, and raised at the new one', async () => {
    await add(3);
    expect(await alerts()).toEqual([]);
    await watch(5);
    expect(await alerts()).toEqual(['Low 1 3']);
    await watch(4);
    expect(await alerts()).toEqual(['Low 1 3', 'AlertWithdrawn 1', 'Low 2 3']);
    await watch(null);
    expect((await alerts()).slice(3)).toEqual(['AlertWithdrawn 2']);
  });

  it('come of keys that expire', async () => {
    node.clock.nowMs = Date.UTC(2026, 0, 15, 10);
    await add(1);
    await node.add('a', [{ text: 'OLD', expiresOn: '2026-01-15' }]);
    await watch(1);
    expect(await alerts()).toEqual([]);
    node.clock.nowMs = Date.UTC(2026, 0, 15, 20);
    expect(await alerts()).toEqual(['Low 1 1']);
  });

  it('that are open are not raised again by a restart, nor by indexes that are built anew', async () => {
    await watch(2);
    await add(2);
    expect(await alerts()).toEqual(['Low 1 2']);
    await status.close();
    status = newProcess();
    status.start();
    expect(await alerts()).toEqual(['Low 1 2']);
    await status.close();
    await node.close();
    node = await InventoryNode.start(store, keys, node.clock);
    status = newProcess();
    status.start();
    expect(await alerts()).toEqual(['Low 1 2']);
    expect(told).toHaveLength(1);
  });

  it('that came due while nothing ran are raised at the next start', async () => {
    await status.close();
    await watch(2);
    await add(2);
    await node.caughtUp();
    status = newProcess();
    status.start();
    expect(await alerts()).toEqual(['Low 1 2']);
  });

  it('are decided on a view that has caught up: keys that came in meanwhile count', async () => {
    await status.close();
    status = newProcess(async () => {
      await add(5);
      await node.caughtUp();
    });
    await watch(2);
    await add(2);
    expect(await alerts()).toEqual([]);
  });
});
