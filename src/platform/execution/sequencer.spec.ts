import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { SequentialEventStore } from '../../../test/support/sequential-event-store.js';
import { Stop } from '../../../test/support/stops.js';
import {
  type EventStore,
  EventStoreError,
  MAX_APPEND_BYTES,
  type RecordedEvent,
  type StreamAppend,
} from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { SystemIds } from '../kernel/ids.js';
import { NoSnapshots } from '../snapshots/snapshot-store.js';
import { decodeMetadata } from './event-codec.js';
import { openExecutor } from './open-executor.js';
import type { CommandContext, Transaction } from './transaction.js';

type Added = DomainEvent<'Added', { readonly amount: number }>;
const Counter: Aggregate<{ readonly total: number }, Added> = {
  category: 'counter',
  stateVersion: 1,
  initial: { total: 0 },
  evolve: (state, event) => ({ total: state.total + event.data.amount }),
};

const context: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'system', id: 'test' },
  surface: 'test',
};
const add =
  (id: string, amount: number, limit = Number.POSITIVE_INFINITY) =>
  (tx: Transaction): number | 'full' => {
    const { total } = tx.load(Counter, id);
    if (total + amount > limit) return 'full';
    return tx.append(Counter, id, [{ type: 'Added', data: { amount } }]).total;
  };

const clock = new ManualClock();
const executor = (store: EventStore) =>
  openExecutor({ store, snapshots: new NoSnapshots(), clock, ids: new SystemIds(), namespace: 'kf' });
const amounts = (store: MemoryEventStore, id: string): number[] =>
  store.readStream(`kf.counter-${id}`).map((event) => JSON.parse(event.data.toString()).amount as number);

/** Lets appends through one by one, or fails them. */
class GatedStore extends MemoryEventStore {
  readonly waiting: { batch: readonly StreamAppend[]; pass(): void; fail(error: Error): void }[] = [];

  override async append(batch: readonly StreamAppend[]) {
    await new Promise<void>((pass, fail) => this.waiting.push({ batch, pass, fail }));
    return super.append(batch);
  }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('on an engine with atomic batches', () => {
  it('a command sees the appends in flight before it, and is answered when they are on disk', async () => {
    const store = new GatedStore();
    const node = executor(store);
    const answers: unknown[] = [];
    const first = node.run(context, add('a', 6, 10)).then((answer) => answers.push(answer));
    const second = node.run(context, add('a', 6, 10)).then((answer) => answers.push(answer));
    await turns();
    expect(answers).toEqual([]);
    store.waiting[0]!.pass();
    await Promise.all([first, second]);
    expect(answers).toEqual([6, 'full']);
  });

  it('a refusal that rested on a failed append is decided again', async () => {
    const store = new GatedStore();
    const node = executor(store);
    const first = node.run(context, add('a', 6, 10));
    const second = node.run(context, add('a', 6, 10));
    store.waiting[0]!.fail(new EventStoreError('StorageFull', 'full', 'nothing'));
    await expect(first).rejects.toMatchObject({ code: 'StorageFull', outcome: 'nothing' });
    await turns();
    store.waiting[1]!.pass();
    expect(await second).toBe(6);
    expect(amounts(store, 'a')).toEqual([6]);
  });

  it('nothing is decided on a batch that is too large to be stored', async () => {
    const store = new MemoryEventStore();
    const node = executor(store);
    const note = 'x'.repeat(MAX_APPEND_BYTES);
    const large = node.run(context, (tx) => {
      tx.append(Counter, 'a', [{ type: 'Added', data: { amount: 5, note } as { amount: number } }]);
    });
    const copied = node.run(context, (tx) => {
      const { total } = tx.load(Counter, 'a');
      return tx.append(Counter, 'b', [{ type: 'Added', data: { amount: total + 1 } }]).total;
    });
    await expect(large).rejects.toMatchObject({ code: 'TooLarge', outcome: 'nothing' });
    expect([await copied, amounts(store, 'a'), amounts(store, 'b')]).toEqual([1, [], [1]]);
  });

  it('a thousand commands on one stream all count', async () => {
    const store = new MemoryEventStore();
    const node = executor(store);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => node.run(context, add('a', 1))));
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  });

  it('a command that throws changes nothing and disturbs nobody', async () => {
    const store = new MemoryEventStore();
    const node = executor(store);
    const broken = node.run(context, (tx) => {
      tx.append(Counter, 'a', [{ type: 'Added', data: { amount: 5 } }]);
      throw new Error('a bug');
    });
    const fine = node.run(context, add('a', 1));
    await expect(broken).rejects.toThrow('a bug');
    expect(await fine).toBe(1);
  });
});

describe('on a shared engine', () => {
  it('a foreign append between two of one node has both decided again', async () => {
    const store = new MemoryEventStore();
    const stop = new Stop(0, 'pause');
    const node = executor(new SequentialEventStore(store, stop.gate));
    const first = node.run(context, add('a', 4, 10));
    await stop.reached;
    const second = node.run(context, add('a', 4, 10));
    await executor(store).run(context, add('a', 5, 10));
    stop.resume();
    expect([await first, await second]).toEqual([9, 'full']);
    expect(amounts(store, 'a')).toEqual([5, 4]);
  });

  it('a command that makes up the name of a stream finds it when it has been read', async () => {
    const store = new MemoryEventStore();
    const node = executor(new SequentialEventStore(store));
    const made = await node.run(context, (tx) => {
      const id = tx.newId();
      expect(tx.load(Counter, id).total).toBe(0);
      tx.append(Counter, id, [{ type: 'Added', data: { amount: 7 } }]);
      return id;
    });
    expect(amounts(store, made)).toEqual([7]);
  });

  it('a node never has two appends to one stream under way', async () => {
    const inner = new GatedStore();
    const node = executor(new SequentialEventStore(inner));
    const runs = [1, 2, 3].map((amount) => node.run(context, add('a', amount)));
    const other = node.run(context, add('b', 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const late = [4, 5].map((amount) => node.run(context, add('a', amount)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(inner.waiting.map(({ batch }) => batch[0]!.stream)).toEqual(['kf.counter-a', 'kf.counter-b']);
    for (let next = 0; next < 3; next += 1) {
      inner.waiting[next]!.pass();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(inner.waiting.map(({ batch }) => batch[0]!.events.length)).toEqual([3, 1, 2]);
    expect(await Promise.all([...runs, ...late])).toEqual([1, 3, 6, 10, 15]);
    expect(await other).toBe(1);
  });

  it('a refusal is answered only after a fresh read', async () => {
    const store = new MemoryEventStore();
    const node = executor(new SequentialEventStore(store));
    expect(await node.run(context, add('a', 10, 10))).toBe(10);
    await executor(store).run(context, add('a', -7));
    expect(await node.run(context, add('a', 7, 10))).toBe(10);
  });

  it('64 nodes that race for one stream lose nothing', async () => {
    const store = new MemoryEventStore();
    const nodes = Array.from({ length: 64 }, () => executor(new SequentialEventStore(store)));
    const answers = await Promise.all(nodes.map((node) => node.run(context, add('a', 1, 40))));
    expect(answers.filter((answer) => answer === 'full')).toHaveLength(24);
    expect(amounts(store, 'a')).toHaveLength(40);
  });
});

it('a command whose events cannot be written fails, also when a stream had to be read for it', async () => {
  const unwritable = (tx: Transaction): unknown => {
    tx.load(Counter, 'a');
    return tx.append(Counter, 'a', [{ type: 'Added', data: { amount: 1, more: 1n } as never }]);
  };
  for (const isRead of [true, false]) {
    const store = new MemoryEventStore();
    if (isRead) store.readStream = (() => Promise.resolve([])) as never;
    await expect(executor(store).run(context, unwritable)).rejects.toThrow('serialize a BigInt');
  }
});

describe('the decision time', () => {
  const timesOf = (store: MemoryEventStore): string[] =>
    store.events.map((event) => decodeMetadata(event).at);

  it('is never before the last event of a stream that was read', async () => {
    const store = new MemoryEventStore();
    clock.nowMs = Date.parse('2026-03-02T00:00:00.000Z');
    await executor(store).run(context, add('a', 1));
    clock.nowMs = Date.parse('2026-03-01T23:59:51.000Z');
    await executor(store).run(context, add('a', 1));
    expect(timesOf(store)).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
  });

  it('is never before the last event of a stream that is known from its own append', async () => {
    const store = new MemoryEventStore();
    const one = executor(store);
    clock.nowMs = Date.parse('2026-03-02T00:00:00.000Z');
    await one.run(context, add('a', 1));
    clock.nowMs = Date.parse('2026-03-01T23:59:51.000Z');
    await one.run(context, add('a', 1));
    expect(timesOf(store)).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
  });

  it.each([60_000, 3 * 86_400_000])(
    "is the clock's where a stream was dated %d ms ahead",
    async (aheadMs) => {
      const store = new MemoryEventStore();
      const one = executor(store);
      const nowMs = Date.parse('2026-03-02T00:00:00.000Z');
      clock.nowMs = nowMs + aheadMs;
      await one.run(context, add('a', 1));
      clock.nowMs = nowMs;
      await one.run(context, add('a', 1));
      await executor(store).run(context, add('a', 1));
      expect(timesOf(store).slice(1)).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
    },
  );

  it.each([
    ['its own append', 1],
    ["another node's", 2],
  ])('is never before the last event also where one before %s was dated ahead', async (_, nodes) => {
    const store = new MemoryEventStore();
    const shared = new SequentialEventStore(store);
    const one = executor(shared);
    const nowMs = Date.parse('2026-03-02T00:00:00.000Z');
    for (const ms of [nowMs - 1_000, nowMs + 3 * 86_400_000]) {
      clock.nowMs = ms;
      await one.run(context, add('a', 1));
    }
    clock.nowMs = nowMs;
    await (nodes === 1 ? one : executor(shared)).run(context, add('a', 1));
    clock.nowMs = nowMs - 2_000;
    await one.run(context, add('a', 1));
    expect(timesOf(store).slice(2)).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
  });

  it('goes with an event as it stands in its metadata', async () => {
    clock.nowMs = Date.parse('2026-03-02T00:00:00.123Z');
    const store = new GatedStore();
    void executor(store).run(context, add('a', 1));
    await turns();
    const [event] = store.waiting[0]!.batch[0]!.events;
    expect(new Date(event!.atMs!).toISOString()).toBe(decodeMetadata(event as RecordedEvent).at);
    expect(event!.body).toEqual(JSON.parse(event!.data.toString()));
  });

  it('is one for the whole command, also when a later stream is ahead of it', async () => {
    const store = new MemoryEventStore();
    clock.nowMs = Date.parse('2026-03-02T00:00:00.000Z');
    await executor(store).run(context, add('b', 1));
    clock.nowMs = Date.parse('2026-03-01T23:59:51.000Z');
    const seen = await executor(store).run(context, (tx) => {
      tx.load(Counter, 'a');
      const before = tx.at;
      tx.load(Counter, 'b');
      return [before, tx.at];
    });
    expect(seen).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
  });
});
