import { randomUUID } from 'node:crypto';
import { MAX_BATCH_EVENTS } from '../../src/platform/event-store/append-checks.js';
import {
  type EventStore,
  EventStoreError,
  MAX_APPEND_BYTES,
  type NewEvent,
  NO_STREAM,
  type ReadOptions,
  type RecordedEvent,
  type StreamAppend,
} from '../../src/platform/event-store/event-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';

export interface EventStoreFixture {
  readonly store: EventStore;
  /** Closes the store and clears up. */
  dispose(): Promise<void>;
}

const ids = new SystemIds();

/** An event as tests need it: a body that tells it from others. */
export const testEvent = (note: unknown = '', type = 'Noted'): NewEvent => ({
  id: ids.uuid(),
  type,
  data: Buffer.from(JSON.stringify({ note })),
  metadata: Buffer.from('{"schema":1}'),
});

export const testEvents = (count: number, note = 'event'): NewEvent[] =>
  Array.from({ length: count }, (_, index) => testEvent(`${note} ${index}`));

/** What the names of a run's streams begin with: its server may hold other people's, and those of earlier runs. */
export const CONTRACT_PREFIX = `kftest-${randomUUID()}.`;

/** A stream that nobody else uses. */
export const freshStream = (category = 'contract'): string => `${CONTRACT_PREFIX}${category}-${randomUUID()}`;

export const noteOf = (event: RecordedEvent): unknown => JSON.parse(event.data.toString()).note;

const entry = (stream: string, expectedRevision: number, events: NewEvent[]): StreamAppend => ({
  stream,
  expectedRevision,
  events,
});

const refusal = (stream: string, expectedRevision: number, actualRevision: number) => ({
  outcome: 'refused',
  stream,
  expectedRevision,
  actualRevision,
});

async function revisions(store: EventStore, stream: string, options?: ReadOptions): Promise<number[]> {
  return (await store.readStream(stream, options)).map((event) => event.revision);
}

/** For what takes thousands of round trips on a server. */
const SLOW_TEST_MS = 60_000;

async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EventStoreError)) return `not an EventStoreError: ${String(error)}`;
  return `${error.code}, ${error.outcome} stored`;
}

/** What every engine behind the port must do. Uses only streams of its own and tolerates events of others. */
export function eventStoreContract(name: string, open: () => Promise<EventStoreFixture>): void {
  describe(`${name} keeps the contract of an event store`, () => {
    let fixture: EventStoreFixture;
    let store: EventStore;

    beforeAll(async () => {
      fixture = await open();
      store = fixture.store;
    });
    afterAll(() => fixture.dispose());

    appendContract(() => store);
    readContract(() => store);
    subscriptionContract(() => store);
  });
}

function appendContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  it('keeps id, type and every byte of what was appended', async () => {
    const stream = freshStream('ünïcode');
    const events = [
      { ...testEvent(), data: Buffer.from('{ "spaced" : "ə✓" }'), metadata: Buffer.from('{}') },
      testEvent('second', 'Other'),
    ];
    const appended = await store.append([entry(stream, NO_STREAM, events)]);
    const stored = await store.readStream(stream);
    expect(stored.map(({ position, ...rest }) => rest)).toEqual(
      events.map((event, revision) => ({ ...event, stream, revision })),
    );
    expect(appended).toEqual({ outcome: 'appended', position: stored[1]!.position });
  });

  it('gives what was read for good, whatever is read after it', async () => {
    const streams = ['a', 'b', 'c'].map(() => freshStream());
    const written = streams.map((name, place) => {
      // One decision's events share their metadata.
      const metadata = Buffer.from(JSON.stringify({ of: name }));
      return testEvents(3, 'x'.repeat(100 * place)).map((event) => ({ ...event, metadata }));
    });
    const batch = streams.map((name, place) => entry(name, NO_STREAM, written[place]!));
    // In one record where the engine puts batches together, and in records of their own.
    await store.append(batch.slice(0, 2));
    await store.append(batch.slice(2));
    const read = [];
    for (const name of [...streams, ...streams.toReversed()]) read.push(await store.readStream(name));
    expect(read.map((events) => events.map(({ data, metadata }) => [data, metadata]))).toEqual(
      [0, 1, 2, 2, 1, 0].map((place) => written[place]!.map(({ data, metadata }) => [data, metadata])),
    );
  });

  it('lets one of 64 racing appends win', async () => {
    const stream = freshStream();
    const racers = Array.from({ length: 64 }, (_, index) => testEvent(index));
    const outcomes = await Promise.all(
      racers.map((event) => store.append([entry(stream, NO_STREAM, [event])])),
    );
    const winners = racers.filter((_, index) => outcomes[index]!.outcome === 'appended');
    expect(winners).toHaveLength(1);
    expect((await store.readStream(stream)).map((event) => event.id)).toEqual([winners[0]!.id]);
    for (const outcome of outcomes) {
      if (outcome.outcome === 'refused') expect(outcome).toMatchObject(refusal(stream, NO_STREAM, 0));
    }
  });

  it('refuses a revision that is behind, ahead, or of a stream that is not there', async () => {
    const stream = freshStream();
    await store.append([entry(stream, NO_STREAM, testEvents(3))]);
    for (const expected of [NO_STREAM, 1, 3]) {
      expect(await store.append([entry(stream, expected, [testEvent()])])).toMatchObject(
        refusal(stream, expected, 2),
      );
    }
    const missing = freshStream();
    expect(await store.append([entry(missing, 0, [testEvent()])])).toMatchObject(
      refusal(missing, 0, NO_STREAM),
    );
    expect(await revisions(store, stream)).toEqual([0, 1, 2]);
  });

  it('answers the original result to the same ids and bytes at the original revision', async () => {
    const [first, second] = [freshStream(), freshStream()];
    const batch = [
      entry(first, NO_STREAM, testEvents(2)),
      entry(second, NO_STREAM, testEvents(1)),
      entry(first, 1, testEvents(1)),
    ];
    const original = await store.append(batch);
    await store.append([entry(first, 2, [testEvent('later')])]);
    expect(original.outcome).toBe('appended');
    expect(await store.append(batch)).toEqual(original);
    expect(await revisions(store, first)).toEqual([0, 1, 2, 3]);
    expect(await revisions(store, second)).toEqual([0]);
  });

  it('answers the original result to a repetition that overtakes the acknowledgement', async () => {
    const stream = freshStream();
    const batch = [entry(stream, NO_STREAM, testEvents(2))];
    const [original, repeated] = await Promise.all([store.append(batch), store.append(batch)]);
    expect(original.outcome).toBe('appended');
    expect(repeated).toEqual(original);
    expect(await revisions(store, stream)).toEqual([0, 1]);
  });

  it('applies a chain of appends that do not wait for each other', async () => {
    const stream = freshStream();
    const outcomes = await Promise.all(
      testEvents(50).map((event, index) => store.append([entry(stream, index - 1, [event])])),
    );
    const applied = outcomes.filter(({ outcome }) => outcome === 'appended').length;
    if (store.atomicBatches) expect(applied).toBe(50);
    expect(await revisions(store, stream)).toEqual(Array.from({ length: applied }, (_, index) => index));
  });

  it('applies several entries for one stream in the order of the batch', async () => {
    const [order, wallet] = [freshStream(), freshStream()];
    const outcome = await store.append([
      entry(order, NO_STREAM, [testEvent('claimed')]),
      entry(wallet, NO_STREAM, [testEvent('held')]),
      entry(wallet, 0, [testEvent('captured')]),
      entry(order, 0, [testEvent('confirmed')]),
    ]);
    expect(outcome.outcome).toBe('appended');
    const [claimed, confirmed] = await store.readStream(order);
    const [held, captured] = await store.readStream(wallet);
    const inOrder = [claimed!, held!, captured!, confirmed!];
    expect(inOrder.map(noteOf)).toEqual(['claimed', 'held', 'captured', 'confirmed']);
    const positions = inOrder.map((event) => event.position);
    expect([...positions].sort((a, b) => (a < b ? -1 : 1))).toEqual(positions);
  });

  it('stops a batch at its first refusal, and changes nothing at all where batches are atomic', async () => {
    const [first, taken, last] = [freshStream(), freshStream(), freshStream()];
    await store.append([entry(taken, NO_STREAM, [testEvent()])]);
    const outcome = await store.append([
      entry(first, NO_STREAM, [testEvent()]),
      entry(taken, NO_STREAM, [testEvent()]),
      entry(last, NO_STREAM, [testEvent()]),
    ]);
    expect(outcome).toEqual({ ...refusal(taken, NO_STREAM, 0), index: store.atomicBatches ? 0 : 1 });
    expect(await revisions(store, first)).toEqual(store.atomicBatches ? [] : [0]);
    expect(await revisions(store, taken)).toEqual([0]);
    expect(await revisions(store, last)).toEqual([]);
    expect(await store.append([entry(last, NO_STREAM, [testEvent()])])).toMatchObject({
      outcome: 'appended',
    });
  });

  it('refuses a batch whose entries for one stream do not follow each other', async () => {
    const stream = freshStream();
    const outcome = await store.append([
      entry(stream, NO_STREAM, [testEvent()]),
      entry(stream, NO_STREAM, [testEvent()]),
    ]);
    expect(outcome).toMatchObject({ outcome: 'refused', stream, expectedRevision: NO_STREAM });
    expect(await revisions(store, stream)).toEqual(store.atomicBatches ? [] : [0]);
  });

  it.each<[string, StreamAppend[], string]>([
    ['no entries', [], 'InvalidAppend'],
    ['no events', [entry(`${CONTRACT_PREFIX}none-1`, NO_STREAM, [])], 'InvalidAppend'],
    ['an empty name', [entry('', NO_STREAM, [testEvent()])], 'InvalidAppend'],
    ['a NUL in a name', [entry(`${CONTRACT_PREFIX}a\0b`, NO_STREAM, [testEvent()])], 'InvalidAppend'],
    [
      'a name too long',
      [entry(`${CONTRACT_PREFIX}${'ə'.repeat(200)}`, NO_STREAM, [testEvent()])],
      'InvalidAppend',
    ],
    ['a revision below none', [entry(`${CONTRACT_PREFIX}none-2`, -2, [testEvent()])], 'InvalidAppend'],
    ['a broken revision', [entry(`${CONTRACT_PREFIX}none-3`, 0.5, [testEvent()])], 'InvalidAppend'],
    [
      'an id that is no UUID',
      [entry(`${CONTRACT_PREFIX}none-4`, NO_STREAM, [{ ...testEvent(), id: 'x' }])],
      'InvalidAppend',
    ],
    [
      'too many events',
      [
        entry(
          `${CONTRACT_PREFIX}none-6`,
          NO_STREAM,
          new Array<NewEvent>(MAX_BATCH_EVENTS + 1).fill({
            ...testEvent(),
            data: Buffer.from('1'),
            metadata: Buffer.from('1'),
          }),
        ),
      ],
      'InvalidAppend',
    ],
    [
      'too many bytes',
      [
        entry(`${CONTRACT_PREFIX}none-5`, NO_STREAM, [
          { ...testEvent(), data: Buffer.alloc(MAX_APPEND_BYTES + 1, 32) },
        ]),
      ],
      'TooLarge',
    ],
  ])('refuses as a mistake, with nothing stored: %s', async (_, batch, code) => {
    expect(await codeOf(store.append(batch))).toBe(`${code}, nothing stored`);
    for (const { stream } of batch) {
      if (stream.startsWith(`${CONTRACT_PREFIX}none-`)) expect(await store.readStream(stream)).toEqual([]);
    }
  });

  it('takes the largest append that it allows', async () => {
    const stream = freshStream();
    const event = { ...testEvent(), metadata: Buffer.from('{}') };
    const data = Buffer.alloc(MAX_APPEND_BYTES - 2, 'x');
    data[0] = data[data.length - 1] = '"'.charCodeAt(0);
    await store.append([entry(stream, NO_STREAM, [{ ...event, data }])]);
    expect((await store.readStream(stream))[0]!.data.equals(data)).toBe(true);
  });

  it('refuses the same ids with other bytes, in flight as well as stored', async () => {
    const stream = freshStream();
    const event = testEvent('this');
    const other = { ...event, data: Buffer.from('{"note":"that"}') };
    const [first, second] = await Promise.all([
      store.append([entry(stream, NO_STREAM, [event])]),
      store.append([entry(stream, NO_STREAM, [other])]),
    ]);
    expect([first.outcome, second.outcome]).toEqual(['appended', 'refused']);
    expect((await store.append([entry(stream, NO_STREAM, [other])])).outcome).toBe('refused');
    expect((await store.readStream(stream)).map(noteOf)).toEqual(['this']);
  });

  it('refuses a batch of which one part is stored and the other is not', async () => {
    if (!store.atomicBatches) return;
    const [stored, missing] = [freshStream(), freshStream()];
    const known = entry(stored, NO_STREAM, testEvents(1));
    await store.append([known]);
    const outcome = await store.append([known, entry(missing, NO_STREAM, [testEvent()])]);
    expect(outcome).toMatchObject(refusal(stored, NO_STREAM, 0));
    expect(await store.readStream(missing)).toEqual([]);
  });
}

function readContract(current: () => EventStore): void {
  let store: EventStore;
  let stream: string;
  beforeAll(async () => {
    store = current();
    stream = freshStream();
    await store.append([entry(stream, NO_STREAM, testEvents(4))]);
    await store.append([
      entry(stream, 3, testEvents(2)),
      entry(freshStream(), NO_STREAM, testEvents(2)),
      entry(stream, 5, testEvents(4)),
    ]);
  });

  it.each<[ReadOptions, number[]]>([
    [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [{ from: 3, limit: 4 }, [3, 4, 5, 6]],
    [{ from: 9 }, [9]],
    [{ from: 10 }, []],
    [{ limit: 2 }, [0, 1]],
    [{ backwards: true }, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [{ backwards: true, limit: 1 }, [9]],
    [{ backwards: true, from: 6, limit: 4 }, [6, 5, 4, 3]],
    [{ backwards: true, from: 1 }, [1, 0]],
    [{ backwards: true, from: 500, limit: 2 }, [9, 8]],
  ])('reads a stream with %j', async (options, expected) => {
    expect(await revisions(store, stream, options)).toEqual(expected);
  });

  it('finds nothing in a stream that is not there, not even in one whose name begins alike', async () => {
    expect(await store.readStream(stream.slice(0, -1))).toEqual([]);
    expect(await store.readStream(`${stream}0`)).toEqual([]);
    expect(await store.readStream(`${stream}0`, { backwards: true })).toEqual([]);
    expect(await store.readStream(stream.slice(0, -1), { backwards: true, from: 5 })).toEqual([]);
  });

  it('reads all streams in the order of positions, from any position on and in pages', async () => {
    const all = (await store.readStream(stream)).map((event) => event.position);
    const from = all[0]!;
    const rest = await store.readAll(from, 9);
    expect(rest.every((event) => event.position > from)).toBe(true);
    const own = rest.filter((event) => event.stream === stream).map((event) => event.revision);
    expect(own).toEqual(Array.from(own, (_, index) => index + 1));
    const onePage = (await store.readAll(from, 3)).map((event) => event.position);
    expect(onePage).toEqual(rest.slice(0, 3).map((event) => event.position));
    expect((await store.readAll(onePage[1]!, 1))[0]!.position).toBe(onePage[2]);
  });

  it('has nothing after its head, and its head is the last acknowledged position', async () => {
    const appended = await store.append([entry(freshStream(), NO_STREAM, [testEvent()])]);
    const head = await store.headPosition();
    expect(appended.outcome === 'appended' && appended.position <= head).toBe(true);
    expect(await store.readAll(head)).toEqual([]);
  });
}

function subscriptionContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  it('resumes after the given position, and delivers what comes later', async () => {
    const stream = freshStream();
    const appended = await store.append([entry(stream, NO_STREAM, testEvents(3))]);
    const [, second] = await store.readStream(stream);
    const seen: RecordedEvent[] = [];
    const subscription = store.subscribe(second!.position, (events) => void seen.push(...events), {
      streamPrefix: stream,
    });
    await waitUntil(() => seen.length === 1);
    await store.append([entry(stream, 2, testEvents(2))]);
    await waitUntil(() => seen.length === 3);
    await subscription.close();
    expect(seen.map((event) => event.revision)).toEqual([2, 3, 4]);
    expect(appended).toMatchObject({ position: seen[0]!.position });
  });

  it('delivers only the streams of its prefix', async () => {
    const [wanted, other] = [freshStream('wanted'), freshStream('other')];
    const after = await store.headPosition();
    const seen: string[] = [];
    const subscription = store.subscribe(
      after,
      (events) => void seen.push(...events.map((event) => event.stream)),
      { streamPrefix: `${CONTRACT_PREFIX}wanted-` },
    );
    await store.append([entry(other, NO_STREAM, testEvents(2))]);
    await store.append([entry(wanted, NO_STREAM, testEvents(2))]);
    await waitUntil(() => seen.length === 2);
    await subscription.close();
    expect(seen).toEqual([wanted, wanted]);
  });

  it(
    'loses nothing to a slow subscriber',
    async () => {
      const category = `slow${randomUUID()}`;
      const streams = Array.from({ length: 10 }, () => freshStream(category));
      const after = await store.headPosition();
      const seen = new Map<string, number>(streams.map((stream) => [stream, 0]));
      let count = 0;
      let inOrder = true;
      let last = after;
      const subscription = store.subscribe(
        after,
        async (events) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          for (const event of events) {
            if (event.position <= last || seen.get(event.stream) !== event.revision) inOrder = false;
            last = event.position;
            seen.set(event.stream, event.revision + 1);
            count += 1;
          }
        },
        { streamPrefix: `${CONTRACT_PREFIX}${category}-` },
      );
      for (let round = 0; round < 10; round += 1) {
        const appends = streams.map((stream) =>
          store.append([entry(stream, round * 100 - 1, testEvents(100))]),
        );
        await Promise.all(appends);
      }
      await waitUntil(() => count >= 10_000);
      await subscription.close();
      expect([count, inOrder]).toEqual([10_000, true]);
    },
    SLOW_TEST_MS,
  );

  it('gives a handler that throws the same events again', async () => {
    const stream = freshStream();
    const after = await store.headPosition();
    const calls: number[][] = [];
    const subscription = store.subscribe(
      after,
      (events) => {
        calls.push(events.map((event) => event.revision));
        if (calls.length <= 2) throw new Error('not yet');
      },
      { streamPrefix: stream },
    );
    await store.append([entry(stream, NO_STREAM, testEvents(2))]);
    await waitUntil(() => calls.length >= 3);
    await store.append([entry(stream, 1, testEvents(1))]);
    await waitUntil(() => calls.at(-1)?.includes(2) ?? false);
    await subscription.close();
    const [first, second, ...rest] = calls;
    expect([first, second]).toEqual([rest[0], rest[0]]);
    expect(rest.flat()).toEqual([0, 1, 2]);
  });

  it('waits for the handler under way when it is closed, and calls it no more', async () => {
    const stream = freshStream();
    let running = false;
    let calls = 0;
    const subscription = store.subscribe(
      await store.headPosition(),
      async () => {
        calls += 1;
        running = true;
        await new Promise((resolve) => setTimeout(resolve, 20));
        running = false;
      },
      { streamPrefix: stream },
    );
    await store.append([entry(stream, NO_STREAM, [testEvent()])]);
    await waitUntil(() => running);
    await subscription.close();
    expect(running).toBe(false);
    await store.append([entry(stream, 0, [testEvent()])]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(calls).toBe(1);
  });
}
