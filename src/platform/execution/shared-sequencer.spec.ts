import { setTimeout as sleep } from 'node:timers/promises';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { SequentialEventStore } from '../../../test/support/sequential-event-store.js';
import { Stop } from '../../../test/support/stops.js';
import {
  type EventStore,
  EventStoreError,
  type ReadOptions,
  type StreamAppend,
} from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { SystemIds } from '../kernel/ids.js';
import { NoSnapshots } from '../snapshots/snapshot-store.js';
import { SharedSequencer } from './shared-sequencer.js';
import type { CommandContext, Transaction } from './transaction.js';

type Added = DomainEvent<'Added', { readonly by: string }>;
const Row: Aggregate<readonly string[], Added> = {
  category: 'row',
  stateVersion: 1,
  initial: [],
  evolve: (state, event) => [...state, event.data.by],
};

const context: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'system', id: 'test' },
  surface: 'test',
};

const executor = (store: EventStore) =>
  new SharedSequencer({
    store,
    snapshots: new NoSnapshots(),
    clock: new ManualClock(),
    ids: new SystemIds(),
    namespace: 'kf',
  });

/** Adds a name to a row that is not full, and answers its place. */
const add =
  (id: string, by: string, limit = Number.POSITIVE_INFINITY) =>
  (tx: Transaction): number | 'full' => {
    const row = tx.load(Row, id);
    if (row.length >= limit) return 'full';
    tx.append(Row, id, [{ type: 'Added', data: { by } }]);
    return row.length;
  };

/** Adds a name to each row in which it is missing: goes on from what is there. */
const addToAll = (ids: readonly string[], by: string) => (tx: Transaction) => {
  for (const id of ids) {
    if (!tx.load(Row, id).includes(by)) tx.append(Row, id, [{ type: 'Added', data: { by } }]);
  }
  return by;
};

const row = (store: MemoryEventStore, id: string): string[] =>
  store.readStream(`kf.row-${id}`).map((event) => JSON.parse(event.data.toString()).by as string);

/** Names of the appends that arrived, and what goes wrong with some. */
class Watched extends SequentialEventStore {
  readonly sent: (readonly StreamAppend[])[] = [];
  readonly read: string[] = [];
  /** Happens before the next append, which then gets no answer, or goes its way. */
  next: ((batch: readonly StreamAppend[]) => Promise<'no answer' | 'go on'>) | null = null;

  override async readStream(stream: string, options?: ReadOptions) {
    this.read.push(stream);
    return super.readStream(stream, options);
  }

  override async append(batch: readonly StreamAppend[]) {
    this.sent.push(batch);
    const { next } = this;
    this.next = null;
    if ((await next?.(batch)) === 'no answer') {
      throw new EventStoreError('Unavailable', 'no answer', 'unknown');
    }
    return super.append(batch);
  }
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

/** A node whose first append is held back, and the commands that wait behind it. */
async function withWaiting(count: number, limit?: number) {
  const store = new MemoryEventStore();
  const stop = new Stop(0, 'pause');
  const shared = new Watched(store, stop.gate);
  const node = executor(shared);
  const first = node.run(context, add('a', 'first', limit));
  await stop.reached;
  const waiting = names(count).map((by) => node.run(context, add('a', by, limit)));
  await sleep(2);
  return { store, stop, shared, node, first, waiting };
}

it('what waits for a stream goes out as one append, in the order of its coming', async () => {
  const { store, stop, shared, first, waiting } = await withWaiting(20);
  stop.resume();
  expect(await Promise.all([first, ...waiting])).toEqual(Array.from({ length: 21 }, (_, index) => index));
  expect(shared.sent.map((batch) => batch[0]!.events.length)).toEqual([1, 20]);
  expect(row(store, 'a')).toEqual(['first', ...names(20)]);
});

it('a refused append of many commands is decided again as one, each once, on what is there', async () => {
  const { store, stop, shared, first, waiting } = await withWaiting(20, 15);
  shared.next = async () => {
    await executor(new Watched(store)).run(context, add('a', 'rival'));
    return 'go on';
  };
  stop.resume();
  await first;
  const answers = await Promise.all(waiting);
  const stored = row(store, 'a');
  expect(stored).toHaveLength(15);
  expect(new Set(stored).size).toBe(15);
  expect(answers.filter((answer) => answer === 'full')).toHaveLength(20 - 13);
  answers.forEach((place, index) => {
    if (place !== 'full') expect(stored[place]).toBe(`n${index}`);
  });
  // The first, the merged one that was refused, and the one after that.
  expect(shared.sent.map((batch) => batch[0]!.events.length)).toEqual([1, 14, 13]);
});

it.each([true, false])(
  'an append of unknown outcome fails its commands and not those behind it, stored: %s',
  async (isStored) => {
    const { store, stop, shared, node, first, waiting } = await withWaiting(3);
    let behind: Promise<unknown> = Promise.resolve();
    shared.next = async (batch) => {
      behind = node.run(context, add('a', 'behind'));
      await sleep(2);
      if (isStored) await store.append(batch);
      return 'no answer';
    };
    stop.resume();
    expect(await first).toBe(0);
    for (const command of waiting) {
      await expect(command).rejects.toMatchObject({ code: 'Unavailable', outcome: 'unknown' });
    }
    expect(await behind).toBe(isStored ? 4 : 1);
    expect(row(store, 'a')).toEqual(['first', ...(isStored ? names(3) : []), 'behind']);
  },
);

it('work that advances goes stream by stream, each step after the one before it is on disk', async () => {
  const store = new MemoryEventStore();
  const shared = new Watched(store);
  const node = executor(shared);
  const rows = ['x', 'hot', 'y'];
  const answers = await Promise.all(names(30).map((by) => node.advance(context, addToAll(rows, by))));
  expect(answers).toEqual(names(30));
  const placeOf = (id: string, by: string): number =>
    store.events.findIndex(
      ({ stream, data }) => stream === `kf.row-${id}` && JSON.parse(data.toString()).by === by,
    );
  for (const by of names(30)) {
    expect(placeOf('x', by)).toBeLessThan(placeOf('hot', by));
    expect(placeOf('hot', by)).toBeLessThan(placeOf('y', by));
  }
  for (const id of rows) expect(new Set(row(store, id)).size).toBe(30);
  expect(shared.sent.every((batch) => batch.length === 1)).toBe(true);
  expect(shared.sent.length).toBeLessThan(12);
});

it('an error after a step that is stored does not say that nothing is', async () => {
  const store = new MemoryEventStore();
  const shared = new Watched(store);
  const node = executor(shared);
  await node.run(context, add('y', 'z'));
  const advancing = node.advance(context, (tx) => {
    if (tx.load(Row, 'x').length > 0) throw new EventStoreError('Unavailable', 'away', 'nothing');
    return addToAll(['x', 'y'], 'a')(tx);
  });
  await expect(advancing).rejects.toMatchObject({ outcome: 'unknown' });
  expect(row(store, 'x')).toEqual(['a']);
});

it('batches over several streams, in any order and beside busy streams, all come through whole', async () => {
  const store = new MemoryEventStore();
  const shared = new Watched(store);
  const node = executor(shared);
  const orders = [
    ['x', 'y', 'z'],
    ['z', 'y', 'x'],
    ['y', 'x'],
    ['z', 'x'],
  ];
  const batches = names(40).map((by, index) => node.run(context, addToAll(orders[index % 4]!, by)));
  const single = names(40).map((by) => node.run(context, add('x', `s${by}`)));
  const rival = executor(new Watched(store));
  const theirs = names(10).map((by) => rival.run(context, addToAll(['z', 'x'], `r${by}`)));
  await Promise.all([...batches, ...single, ...theirs]);
  expect(new Set(row(store, 'x')).size).toBe(40 + 40 + 10);
  expect(row(store, 'x')).toHaveLength(90);
  expect(row(store, 'y')).toHaveLength(30);
  expect(row(store, 'z')).toHaveLength(30 + 10);
});

it('a command sees what its process was asked for before, though that is still under way', async () => {
  const { stop, node, first } = await withWaiting(0);
  const read = node.run(context, (tx) => tx.load(Row, 'a').length);
  stop.resume();
  await first;
  expect(await read).toBe(1);
});

it('a command never rests on what is not on disk and does not go out with it', async () => {
  const { store, stop, shared, node, first, waiting } = await withWaiting(1);
  const noted = node.run(context, (tx) => {
    const seen = tx.load(Row, 'a').join('+');
    tx.append(Row, 'b', [{ type: 'Added', data: { by: seen } }]);
  });
  shared.next = async () => 'no answer';
  stop.resume();
  await first;
  await expect(waiting[0]).rejects.toMatchObject({ outcome: 'unknown' });
  await noted;
  expect(row(store, 'a')).toEqual(['first']);
  expect(row(store, 'b')).toEqual(['first']);
});

it('a refusal is answered while others keep the stream busy', async () => {
  const store = new MemoryEventStore();
  const shared = new Watched(store, async () => {
    await sleep(1);
    return 'continue';
  });
  const node = executor(shared);
  let isDone = false;
  const busy = Array.from({ length: 4 }, async (_, by) => {
    for (let turn = 0; !isDone; turn += 1) await node.advance(context, add('a', `b${by}-${turn}`));
  });
  while (row(store, 'a').length === 0) await sleep(1);
  const refusal = (tx: Transaction) => (tx.load(Row, 'a').length > 0 ? 'full' : 'empty');
  expect(await node.advance(context, refusal)).toBe('full');
  expect(await node.run(context, refusal)).toBe('full');
  isDone = true;
  await Promise.all(busy);
});

it('what a command has not appended to is read anew when it is old, what it has appended to is not', async () => {
  const store = new MemoryEventStore();
  const shared = new Watched(store);
  const node = executor(shared);
  await node.run(context, add('price', 'first'));
  shared.next = async () => {
    await executor(new Watched(store)).run(context, add('price', 'second'));
    await sleep(300);
    return 'go on';
  };
  await node.advance(context, (tx) => {
    addToAll(['own'], 'me')(tx);
    const price = tx.load(Row, 'price').at(-1)!;
    addToAll(['all'], `me at ${price}`)(tx);
  });
  expect(row(store, 'all')).toEqual(['me at second']);
  const readOf = (id: string) => shared.read.filter((stream) => stream === `kf.row-${id}`).length;
  expect([readOf('price'), readOf('own'), readOf('all')]).toEqual([2, 1, 1]);
});

it('two processes that keep a stream busy take turns', async () => {
  const store = new MemoryEventStore();
  const counts = [0, 0];
  const until = Date.now() + 400;
  const clients = [0, 1].flatMap((side) => {
    const slow = new Watched(store, async ({ phase }) => {
      if (phase === 'after') await sleep(1);
      return 'continue';
    });
    const node = executor(slow);
    return names(16).map(async (by) => {
      for (let turn = 0; Date.now() < until; turn += 1) {
        await node.advance(context, add('a', `${side}-${by}-${turn}`));
        counts[side]! += 1;
      }
    });
  });
  await Promise.all(clients);
  expect(row(store, 'a')).toHaveLength(counts[0]! + counts[1]!);
  expect(new Set(row(store, 'a')).size).toBe(counts[0]! + counts[1]!);
  expect(Math.min(...counts) / Math.max(...counts)).toBeGreaterThan(0.2);
});
