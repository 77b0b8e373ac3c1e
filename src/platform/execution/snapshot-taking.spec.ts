import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { SequentialEventStore } from '../../../test/support/sequential-event-store.js';
import { type EventStore, MAX_READ_EVENTS } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { SystemIds } from '../kernel/ids.js';
import { NoSnapshots, type Snapshot, SnapshotStore } from '../snapshots/snapshot-store.js';
import { openExecutor } from './open-executor.js';
import type { CommandContext, Transaction } from './transaction.js';

type Added = DomainEvent<'Added', { readonly amount: number }>;
const Counter: Aggregate<{ readonly total: number }, Added> = {
  category: 'counter',
  stateVersion: 1,
  initial: { total: 0 },
  evolve: (state, event) => ({ total: state.total + event.data.amount }),
  snapshot: {
    parts: ({ total }) => total,
    encode: (state) => state,
    decode: (json: { total: number }) => json,
  },
};

const context: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'system', id: 'test' },
  surface: 'test',
};
const add =
  (id: string, amount: number) =>
  (tx: Transaction): number =>
    tx.append(Counter, id, [{ type: 'Added', data: { amount } }]).total;
const executor = (store: EventStore, snapshots: SnapshotStore = new NoSnapshots(), snapshotEvery?: number) =>
  openExecutor({
    ...{ store, snapshots, clock: new ManualClock(), ids: new SystemIds(), namespace: 'kf', snapshotEvery },
  });

describe('snapshots', () => {
  class KeptSnapshots extends SnapshotStore {
    kept: Snapshot | null = null;
    load = (): Snapshot | null => this.kept;
    save(_stream: string, _version: number, snapshot: Snapshot): void {
      this.kept = snapshot;
    }
  }

  it('are written every so many events and save reading what they reflect', async () => {
    const store = new MemoryEventStore();
    const snapshots = new KeptSnapshots();
    const node = executor(store, snapshots, 10);
    for (let count = 0; count < 25; count += 1) await node.run(context, add('a', 1));
    expect(snapshots.kept).toMatchObject({ revision: 19, state: { total: 20 } });
    const read = jest.spyOn(store, 'readStream');
    expect(await executor(store, snapshots).run(context, add('a', 1))).toBe(26);
    expect(read.mock.calls).toEqual([
      ['kf.counter-a', { from: 19, limit: 1 }],
      ['kf.counter-a', { from: 20, limit: MAX_READ_EVENTS }],
    ]);
  });

  it('of many parts are written after as many events', async () => {
    const store = new MemoryEventStore();
    const snapshots = new KeptSnapshots();
    const written = jest.spyOn(snapshots, 'save');
    const node = executor(store, snapshots, 10);
    for (let count = 0; count < 45; count += 1) await node.run(context, add('a', 1));
    const next = executor(store, snapshots, 10);
    for (let count = 45; count < 85; count += 1) await next.run(context, add('a', 1));
    expect(written.mock.calls.map(([, , { revision }]) => revision)).toEqual([9, 19, 39, 79]);
  });

  it('that are ahead of a restored log do not count', async () => {
    const snapshots = new KeptSnapshots();
    snapshots.kept = { revision: 19, event: 'e', lastAtMs: 0, state: { total: 20 } };
    const store = new MemoryEventStore();
    await executor(store).run(context, add('a', 3));
    expect(await executor(store, snapshots).run(context, add('a', 1))).toBe(4);
  });

  it.each([
    ['at once', () => new MemoryEventStore()],
    ['stream by stream', () => new SequentialEventStore(new MemoryEventStore())],
  ])(
    'of a log that was restored, and has grown past them otherwise, do not count: %s',
    async (_, newStore) => {
      const snapshots = new KeptSnapshots();
      const lost = executor(newStore(), snapshots, 10);
      for (let count = 0; count < 12; count += 1) await lost.run(context, add('a', 1));
      expect(snapshots.kept).toMatchObject({ revision: 9, state: { total: 10 } });
      const restored = newStore();
      for (let count = 0; count < 12; count += 1) await executor(restored).run(context, add('a', 3));
      expect(await executor(restored, snapshots).run(context, add('a', 3))).toBe(39);
    },
  );
});
