import fc from 'fast-check';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../test/support/memory-index-storage.js';
import { EventStoreError } from '../event-store/event-store.js';
import { IndexFollower } from './index-follower.js';
import type { IndexedEvent, IndexKeep, LocalIndex } from './local-index.js';

const EVENTS = 5000;

/** Counts events, and remembers each by a key of its own, which may be written ahead. */
class CountingIndex implements LocalIndex {
  readonly name = 'counting';
  readonly version = 1;
  readonly inMemory = false;
  keep: IndexKeep | null = null;

  attach(keep: IndexKeep): void {
    this.keep = keep;
  }
  restore(): void {}
  aheadSlice(key: string): number | null {
    return key.startsWith('x') ? Number(key.slice(1)) % 7 : null;
  }
  apply({ revision }: IndexedEvent, keep: IndexKeep): void {
    keep.put(`x${revision}`, revision);
    keep.put('count', this.count + 1);
  }
  get count(): number {
    return (this.keep?.get('count') as number | undefined) ?? 0;
  }
}

/** A disk whose power fails in the middle of a flush: after some slices, before the checkpoint. */
class FailingStorage extends MemoryIndexStorage {
  slicesLeft = Number.POSITIVE_INFINITY;

  override async writeAhead(index: string, entries: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.slicesLeft <= 0) return new Promise(() => undefined);
    this.slicesLeft -= 1;
    return super.writeAhead(index, entries);
  }
}

const event = (revision: number) => ({
  id: `00000000-0000-7000-8000-${String(revision).padStart(12, '0')}`,
  type: 'Counted',
  data: Buffer.from('{}'),
  metadata: Buffer.from('{}'),
});

async function appendUpTo(store: MemoryEventStore, end: number, from = 0): Promise<void> {
  for (let first = from; first < end; first += 500) {
    const events = Array.from({ length: 500 }, (_, place) => event(first + place));
    await store.append([{ stream: 'kf.count-1', expectedRevision: first - 1, events }]);
  }
}

/** A long log, and an index that reflects its beginning. */
async function indexedBefore(storage: MemoryIndexStorage): Promise<MemoryEventStore> {
  const store = new MemoryEventStore();
  await appendUpTo(store, 500);
  await (await follow(store, storage)).follower.close();
  await appendUpTo(store, EVENTS, 500);
  return store;
}

async function follow(store: MemoryEventStore, storage: MemoryIndexStorage) {
  const index = new CountingIndex();
  const follower = new IndexFollower(store, storage, 'kf', [index]);
  await follower.start();
  return { index, follower };
}

it('counts every event once, wherever in a flush the power failed', async () => {
  for (const slicesLeft of [0, 1, 4, 7]) {
    const storage = new FailingStorage();
    const store = await indexedBefore(storage);
    storage.slicesLeft = slicesLeft;
    const { follower } = await follow(store, storage);
    void follower.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    storage.slicesLeft = Number.POSITIVE_INFINITY;
    const again = await follow(store, storage);
    expect(again.index.count).toBe(EVENTS);
    for (const revision of [0, 1, EVENTS - 1]) expect(again.index.keep?.get(`x${revision}`)).toBe(revision);
    await again.follower.close();
    expect(storage.get('counting', 'count')).toBe(EVENTS);
    expect(storage.checkpoint('counting', 1)).toBe(store.headPosition());
  }
});

it('reads what is on its way to the disk', async () => {
  const storage = new FailingStorage();
  const store = await indexedBefore(storage);
  storage.slicesLeft = 2;
  const { index, follower } = await follow(store, storage);
  void follower.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(index.count).toBe(EVENTS);
  expect(index.keep?.get('x17')).toBe(17);
});

it('goes on and writes later what a full disk refused', async () => {
  class FullStorage extends MemoryIndexStorage {
    full = false;
    override async write(...flush: Parameters<MemoryIndexStorage['write']>): Promise<void> {
      if (this.full) throw new Error('no space left');
      return super.write(...flush);
    }
  }
  const storage = new FullStorage();
  const store = await indexedBefore(storage);
  storage.full = true;
  const errors: unknown[] = [];
  const index = new CountingIndex();
  const follower = new IndexFollower(store, storage, 'kf', [index], (error) => errors.push(error), 20);
  await follower.start();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(errors.length).toBeGreaterThan(0);
  expect(index.count).toBe(EVENTS);
  expect(storage.get('counting', 'count')).toBe(500);
  storage.full = false;
  await follower.close();
  expect(storage.get('counting', 'count')).toBe(EVENTS);
  expect(storage.checkpoint('counting', 1)).toBe(store.headPosition());
});

const work = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until) {}
};

class SlowIndex extends CountingIndex {
  override apply(event: IndexedEvent, keep: IndexKeep): void {
    work(0.2);
    super.apply(event, keep);
  }
}

it('gets a share of a process that is busy all the time', async () => {
  const store = new MemoryEventStore();
  await appendUpTo(store, 500);
  const follower = new IndexFollower(store, new MemoryIndexStorage(), 'kf', [new SlowIndex()]);
  let turns = 0;
  let isBusy = true;
  const others = (): void => {
    work(40);
    turns += 1;
    if (isBusy) setImmediate(others);
  };
  setImmediate(others);
  await follower.start();
  isBusy = false;
  // Folding takes 100 ms: with its shortest stretches alone it would wait for the others more than thirty times.
  expect(turns).toBeLessThan(20);
  await follower.close();
});

it('lets others work while it folds a long page', async () => {
  const store = new MemoryEventStore();
  await appendUpTo(store, 500);
  const index = new SlowIndex();
  const follower = new IndexFollower(store, new MemoryIndexStorage(), 'kf', [index]);
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 1);
  await follower.start();
  clearInterval(counting);
  expect(index.count).toBe(500);
  expect(turns).toBeGreaterThan(5);
  await follower.close();
});

it('a log that is damaged where the indexes must read it fails the start, instead of being read again for ever', async () => {
  const store = new MemoryEventStore();
  await appendUpTo(store, 2000);
  const { readAll } = store;
  store.readAll = (after, limit) => {
    if (after < 1024n) return readAll.call(store, after, limit);
    throw new EventStoreError('Damaged', 'the event at position 1025 is damaged', 'nothing');
  };
  const follower = new IndexFollower(store, new MemoryIndexStorage(), 'kf', [new CountingIndex()]);
  await expect(follower.start()).rejects.toMatchObject({ code: 'Damaged' });
  await follower.close();
});

/** Keeps what events put, until others delete it. */
class PuttingIndex implements LocalIndex {
  readonly name = 'putting';
  readonly version = 1;
  readonly inMemory = false;
  keep: IndexKeep | null = null;

  attach(keep: IndexKeep): void {
    this.keep = keep;
  }
  restore(): void {}
  aheadSlice(key: string): number | null {
    return key === 'ahead' ? 1 : null;
  }
  apply({ data, revision }: IndexedEvent, keep: IndexKeep): void {
    if (data.puts) keep.put(data.key, revision);
    else keep.delete(data.key);
  }
}

/** Writes when it is told to, or fails. */
class HeldStorage extends MemoryIndexStorage {
  readonly asked: Parameters<MemoryIndexStorage['write']>[0][] = [];
  private end: ((fails: boolean) => void) | null = null;

  override async write(...flush: Parameters<MemoryIndexStorage['write']>): Promise<void> {
    this.asked.push(flush[0]);
    const fails = await new Promise<boolean>((resolve) => {
      this.end = resolve;
    });
    if (fails) throw new Error('no space left');
    return super.write(...flush);
  }

  async endFlush(fails: boolean): Promise<void> {
    this.end?.(fails);
    this.end = null;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Events, flushes that begin and end, and what the index keeps after each of them. */
async function putting() {
  const storage = new HeldStorage();
  const store = new MemoryEventStore();
  const index = new PuttingIndex();
  const follower = new IndexFollower(store, storage, 'kf', [index], () => undefined, 1_000_000);
  await follower.start();
  let revision = -1;
  const expected = new Map<string, number>();
  return {
    ...{ storage, store, index, expected },
    async fold(key: string, puts: boolean) {
      const body = { ...event(revision + 1), data: Buffer.from(JSON.stringify({ key, puts })) };
      await store.append([{ stream: 'kf.put-1', expectedRevision: revision, events: [body] }]);
      revision += 1;
      if (puts) expected.set(key, revision);
      else expected.delete(key);
      await follower.reached(store.headPosition());
    },
    async flush() {
      void (follower as unknown as { flush(): Promise<void> }).flush();
      await new Promise((resolve) => setImmediate(resolve));
    },
    async close() {
      const closing = follower.close();
      let isClosed = false;
      void closing.then(() => {
        isClosed = true;
      });
      while (!isClosed) await storage.endFlush(false);
    },
  };
}

it('writes nothing of what came and went between two flushes', async () => {
  const { fold, flush, close, storage } = await putting();
  await fold('a', true);
  await fold('a', false);
  await fold('b', true);
  await flush();
  expect(storage.asked.map(([put]) => [...put!.entries.keys()])).toEqual([['b']]);
  await close();
});

it('keeps what the events say, whatever came and went while flushes were under way or failed', async () => {
  const key = fc.constantFrom('a', 'b', 'ahead');
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('fold' as const), key, puts: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('flush' as const) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('end' as const), fails: fc.boolean() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
      const { fold, flush, close, storage, index, expected } = await putting();
      for (const one of steps) {
        if (one.what === 'fold') await fold(one.key, one.puts);
        else if (one.what === 'flush') await flush();
        else await storage.endFlush(one.fails);
        for (const name of ['a', 'b', 'ahead']) expect(index.keep?.get(name)).toBe(expected.get(name));
      }
      await close();
      expect(new Map(storage.entries('putting'))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
