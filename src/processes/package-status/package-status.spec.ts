import { InventoryNode, testContext } from '../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../test/support/memory-key-store.js';
import { Package } from '../../contexts/catalog/index.js';
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
let status: PackageStatus;
const errors: unknown[] = [];
beforeEach(async () => {
  node = await InventoryNode.start(new MemoryEventStore(), new MemoryKeyStore());
  await node.createPackage('a');
  status = newProcess();
});
afterEach(async () => {
  await status.close();
  await node.close();
  expect(errors.splice(0)).toEqual([]);
});

const newProcess = (): PackageStatus =>
  new PackageStatus({
    executor: node.executor,
    stock: node.stock,
    ids: new SystemIds(),
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

it('keys that came in on hold switch it on when the hold is lifted', async () => {
  const hold = (type: 'PackageHeld' | 'PackageHoldLifted') =>
    node.executor.run(testContext, (tx) => tx.append(Package, 'a', [{ type, data: {} }]));
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
  const admin = (type: 'PackageDeactivated') =>
    node.executor.run(testContext, (tx) => tx.append(Package, 'a', [{ type, data: { because: 'admin' } }]));
  await admin('PackageDeactivated');
  status.start();
  expect(await packageIs()).toBe('admin');
  await sell('o1');
  await sell('o2');
  expect(await packageIs()).toBe('admin');
});
