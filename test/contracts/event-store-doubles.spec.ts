import { MemoryEventStore } from '../support/memory-event-store.js';
import { SequentialEventStore } from '../support/sequential-event-store.js';
import { eventStoreContract, freshStream, testEvent, testEvents } from './event-store.contract.js';

eventStoreContract('the store in memory', async () => {
  const store = new MemoryEventStore();
  return { store, dispose: () => store.close() };
});

eventStoreContract('the store that applies batches entry by entry', async () => {
  const inner = new MemoryEventStore();
  const store = new SequentialEventStore(inner);
  return {
    store,
    dispose: async () => {
      await store.close();
      await inner.close();
    },
  };
});

describe('a store with a gate', () => {
  const twoStreams = () => {
    const [first, second] = [freshStream(), freshStream()];
    const batch = [
      { stream: first, expectedRevision: -1, events: testEvents(1) },
      { stream: second, expectedRevision: -1, events: testEvents(1) },
    ];
    return { first, second, batch };
  };

  it('asks before and after every entry, and can be paused there', async () => {
    const inner = new MemoryEventStore();
    const places: string[] = [];
    let open: () => void = () => {};
    const store = new SequentialEventStore(inner, async ({ index, phase }) => {
      places.push(`${phase} ${index}`);
      if (phase === 'after' && index === 0) await new Promise<void>((resolve) => (open = resolve));
      return 'continue';
    });
    const { first, second, batch } = twoStreams();
    const appending = store.append(batch);
    await new Promise(setImmediate);
    expect([inner.readStream(first).length, inner.readStream(second).length]).toEqual([1, 0]);
    open();
    expect(await appending).toMatchObject({ outcome: 'appended' });
    expect(places).toEqual(['before 0', 'after 0', 'before 1', 'after 1']);
  });

  it('applies and answers nothing more after a crash', async () => {
    const inner = new MemoryEventStore();
    const store = new SequentialEventStore(inner, async ({ index, phase }) =>
      index === 1 && phase === 'before' ? 'crash' : 'continue',
    );
    const { first, second, batch } = twoStreams();
    let settled = 0;
    const settle = () => {
      settled += 1;
    };
    store.append(batch).then(settle, settle);
    await store.whenCrashed;
    store.append([{ stream: second, expectedRevision: -1, events: [testEvent()] }]).then(settle, settle);
    store.readStream(first).then(settle, settle);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(store.crashed).toBe(true);
    expect(settled).toBe(0);
    expect([inner.readStream(first).length, inner.readStream(second).length]).toEqual([1, 0]);
  });
});
