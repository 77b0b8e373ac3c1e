import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { MAX_BUFFERED_EVENTS, TIMEOUTS } from '../../src/platform/event-store/eventstoredb/limits.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { CONTRACT_PREFIX, freshStream, testEvent, testEvents } from './event-store.contract.js';

/** What other systems write: bodies of any kind, under names of theirs. */
const foreignEvent = () => ({
  id: randomUUID(),
  type: 'Theirs',
  contentType: 'application/octet-stream',
  data: Buffer.from([0xff, 0x00, 0x7b]),
  metadata: Buffer.alloc(0),
});

async function waitUntil(holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${holds}`);
    await delay(2);
  }
}

describe('on a server that other systems use too', () => {
  let server: EventStoreDbStandIn;
  let store: EventStoreDbEventStore;

  beforeEach(async () => {
    server = await EventStoreDbStandIn.start();
    store = await EventStoreDbEventStore.open({ url: server.url, streamPrefix: CONTRACT_PREFIX });
  });
  afterEach(async () => {
    await store.close();
    server.stop();
  });

  const appendOne = async (): Promise<bigint> => {
    const outcome = await store.append([
      { stream: freshStream(), expectedRevision: -1, events: [testEvent()] },
    ]);
    if (outcome.outcome !== 'appended') throw new Error('refused');
    return outcome.position;
  };

  const foreign = (count = 1): void => {
    for (const stream of ['order-1', '$stats-127.0.0.1:2113', `$$${CONTRACT_PREFIX}x-1`]) {
      server.appendForeign(stream, Array.from({ length: count }, foreignEvent));
    }
  };

  it('the log is empty while only others have written', async () => {
    foreign();
    expect(await store.headPosition()).toBe(0n);
    expect(await store.readAll(0n)).toEqual([]);
  });

  it('the head is the last event of ours, and every subscription comes to it', async () => {
    foreign();
    const first = await appendOne();
    const reached: bigint[] = [];
    const subscription = store.subscribe(0n, (events) => {
      reached.push(...events.map(({ position }) => position));
    });
    await waitUntil(() => reached.at(-1) === first);
    foreign(100);
    expect(await store.headPosition()).toBe(first);
    const second = await appendOne();
    foreign(100);
    expect(await store.headPosition()).toBe(second);
    await waitUntil(() => reached.at(-1) === second);
    expect(reached).toEqual([first, second]);
    expect((await store.readAll(first)).map(({ position }) => position)).toEqual([second]);
    await subscription.close();
  });

  it('its log is found and followed although the server searches longer than it may be silent', async () => {
    await appendOne();
    server.searchMs = 400;
    const timeouts = { ...TIMEOUTS, readSilenceMs: 100, awayMs: 100 };
    const patient = await EventStoreDbEventStore.open({
      ...{ url: server.url, streamPrefix: CONTRACT_PREFIX, timeouts },
    });
    const reached: bigint[] = [];
    patient.subscribe(0n, (events) => void reached.push(...events.map(({ position }) => position)));
    const last = await appendOne();
    await waitUntil(() => reached.at(-1) === last);
    expect(reached).toHaveLength(2);
    // Who must answer somebody does not wait so long.
    await expect(patient.headPosition()).rejects.toMatchObject({ code: 'Unavailable' });
    await patient.close();
  });

  it('nothing is appended to a stream of others', async () => {
    const appending = store.append([{ stream: 'order-2', expectedRevision: -1, events: [testEvent()] }]);
    await expect(appending).rejects.toMatchObject({ code: 'InvalidAppend', outcome: 'nothing' });
    expect(server.received).toEqual([]);
  });

  it('several subscribers, fast, slow and late ones, share one subscription of the server', async () => {
    const positions: bigint[] = [];
    const fast: RecordedEvent[] = [];
    const slow: RecordedEvent[] = [];
    const late: RecordedEvent[] = [];
    for (let count = 0; count < 5; count += 1) positions.push(await appendOne());
    const subscriptions = [
      store.subscribe(0n, (events) => void fast.push(...events)),
      store.subscribe(0n, async (events) => {
        await delay(10);
        slow.push(...events);
      }),
    ];
    for (let count = 0; count < 50; count += 1) positions.push(await appendOne());
    await waitUntil(() => fast.length >= positions.length);
    subscriptions.push(store.subscribe(positions[1]!, (events) => void late.push(...events)));
    await waitUntil(() => slow.length >= positions.length && late.length >= positions.length - 2);
    expect(fast.map(({ position }) => position)).toEqual(positions);
    expect(slow.map(({ position }) => position)).toEqual(positions);
    expect(late.map(({ position }) => position)).toEqual(positions.slice(2));
    expect(server.subscriptions).toBe(1);
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  });

  it('a subscriber who is further back than the newest events in memory misses none', async () => {
    const stream = freshStream();
    const revisions: number[] = [];
    let goOn: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const subscription = store.subscribe(0n, async (events) => {
      revisions.push(...events.map(({ revision }) => revision));
      await blocked;
    });
    let total = 0;
    const appendMany = async (count: number): Promise<void> => {
      await store.append([{ stream, expectedRevision: total - 1, events: testEvents(count) }]);
      total += count;
    };
    await appendMany(1);
    await waitUntil(() => revisions.length === 1);
    let others = 0;
    const another = store.subscribe(0n, (events) => {
      others += events.length;
    });
    try {
      while (total <= MAX_BUFFERED_EVENTS) await appendMany(1000);
      await waitUntil(() => others === total);
    } finally {
      goOn();
    }
    await waitUntil(() => revisions.length >= total);
    expect(revisions).toEqual(Array.from({ length: total }, (_, index) => index));
    await Promise.all([subscription.close(), another.close()]);
  }, 60_000);

  it('a stream of our prefix that holds bytes of others is read as it is', async () => {
    const stream = freshStream();
    server.appendForeign(stream, [foreignEvent()]);
    const [event] = await store.readStream(stream);
    expect(event).toMatchObject({ type: 'Theirs', data: Buffer.from([0xff, 0x00, 0x7b]) });
    expect(event!.metadata).toHaveLength(0);
  });
});
