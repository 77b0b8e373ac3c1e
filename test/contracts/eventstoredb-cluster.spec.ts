import { setTimeout as delay } from 'node:timers/promises';
import { checkEventStoreDb } from '../../src/composition/doctor/server-checks.js';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { TIMEOUTS } from '../../src/platform/event-store/eventstoredb/limits.js';
import { selfSigned } from '../support/eventstoredb/self-signed.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { CONTRACT_PREFIX, freshStream, testEvent, testEvents } from './event-store.contract.js';

const timeouts = { ...TIMEOUTS, appendAttemptMs: 500 };
const openAt = (url: string) => EventStoreDbEventStore.open({ url, streamPrefix: CONTRACT_PREFIX, timeouts });

async function waitUntil(holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${holds}`);
    await delay(5);
  }
}

describe('a cluster', () => {
  const nodes: EventStoreDbStandIn[] = [];
  let store: EventStoreDbEventStore | undefined;
  afterEach(async () => {
    await store?.close();
    for (const node of nodes.splice(0)) node.stop();
  });

  /** Two nodes with one log, of which the first leads. */
  async function start(): Promise<readonly [leader: EventStoreDbStandIn, follower: EventStoreDbStandIn]> {
    const leader = await EventStoreDbStandIn.start();
    const follower = await EventStoreDbStandIn.start({}, leader.log);
    nodes.push(leader, follower);
    lead(leader, follower);
    return [leader, follower];
  }

  /** What an election comes to. */
  function lead(leader: EventStoreDbStandIn, follower: EventStoreDbStandIn, isAlive = true): void {
    leader.leader = null;
    leader.followers = [follower];
    follower.followers = [];
    follower.leader = leader.endPoint;
    const cluster = [
      { ...leader.endPoint, state: 'leader', isAlive: true },
      { ...follower.endPoint, state: 'follower', isAlive },
    ] as const;
    leader.cluster = cluster;
    follower.cluster = cluster;
  }

  const hosts = (...of: EventStoreDbStandIn[]): string =>
    `esdb://${of.map(({ endPoint }) => `${endPoint.address}:${endPoint.port}`).join(',')}?tls=false`;

  it('whoever is given the name of a follower appends, reads and follows at the leader', async () => {
    const [leader, follower] = await start();
    store = await openAt(follower.url);
    const seen: RecordedEvent[] = [];
    store.subscribe(0n, (events) => void seen.push(...events));
    const stream = freshStream();
    expect(await store.append([{ stream, expectedRevision: -1, events: testEvents(3) }])).toMatchObject({
      outcome: 'appended',
    });
    expect(await store.readStream(stream)).toHaveLength(3);
    await waitUntil(() => seen.length === 3);
    expect([leader.received.length, leader.subscriptions]).toEqual([1, 1]);
  });

  it.each(['ends', 'follows another'])(
    'goes on when its leader %s, with nothing lost or doubled',
    async (what) => {
      const [first, second] = await start();
      store = await openAt(hosts(first, second));
      const seen: RecordedEvent[] = [];
      store.subscribe(0n, (events) => void seen.push(...events));
      const stream = freshStream();
      const append = async (revision: number): Promise<string> => {
        const event = testEvent(revision);
        const outcome = await store!.append([{ stream, expectedRevision: revision - 1, events: [event] }]);
        expect(outcome).toMatchObject({ outcome: 'appended' });
        return event.id;
      };
      const ids = [await append(0)];
      first.faultOf = () => 'lost';
      const meanwhile = append(1);
      await waitUntil(() => first.received.length === 2);
      lead(second, first, what !== 'ends');
      if (what === 'ends') first.stop();
      ids.push(await meanwhile, await append(2));
      expect((await store.readStream(stream)).map(({ id }) => id)).toEqual(ids);
      await waitUntil(() => seen.length === 3);
      expect(seen.map(({ id }) => id)).toEqual(ids);
      expect(second.received.length).toBeGreaterThan(1);
    },
    20_000,
  );

  it('a cluster without a leader is waited for, and named as away', async () => {
    const [leader, follower] = await start();
    leader.cluster = follower.cluster = [];
    const impatient = { ...timeouts, awayMs: 300 };
    const url = hosts(leader, follower);
    const opening = EventStoreDbEventStore.open({ url, streamPrefix: CONTRACT_PREFIX, timeouts: impatient });
    await expect(opening).rejects.toMatchObject({ code: 'Unavailable', outcome: 'nothing' });
  }, 20_000);
});

const tls = selfSigned();
afterAll(() => tls?.dispose());

(tls ? describe : describe.skip)('a server with users and TLS (openssl makes its certificate)', () => {
  const PASSWORD = 'p@ss:word/77';
  let server: EventStoreDbStandIn;
  beforeAll(async () => {
    server = await EventStoreDbStandIn.start({ user: `shop:${PASSWORD}`, tls: tls! });
  });
  afterAll(() => server.stop());

  const urlFor = (password: string, scheme = 'esdb'): string =>
    `${scheme}://shop:${encodeURIComponent(password)}@127.0.0.1:${server.endPoint.port}` +
    `?tls=true&tlsCAFile=${encodeURIComponent(tls!.path)}`;

  it.each(['esdb', 'kurrentdb'])('lets in who has the password, by %s', async (scheme) => {
    const store = await openAt(urlFor(PASSWORD, scheme));
    const stream = freshStream();
    await store.append([{ stream, expectedRevision: -1, events: testEvents(1) }]);
    expect(await store.readStream(stream)).toHaveLength(1);
    await store.close();
    expect((await checkEventStoreDb(urlFor(PASSWORD, scheme))).map(({ state }) => state)).toEqual([
      'ok',
      'ok',
    ]);
  });

  it('is not used with another password, which the start and the doctor say', async () => {
    const says = 'EventStoreDB does not let this user in';
    await expect(openAt(urlFor('another'))).rejects.toThrow(says);
    await expect(checkEventStoreDb(urlFor('another'))).rejects.toThrow(says);
  });

  it('is not used without its certificate', async () => {
    const url = urlFor(PASSWORD).replace(/&tlsCAFile=.*/, '');
    const opening = EventStoreDbEventStore.open({
      ...{ url, streamPrefix: CONTRACT_PREFIX, timeouts: { ...timeouts, awayMs: 100 } },
    });
    await expect(opening).rejects.toMatchObject({ code: 'Unavailable' });
  }, 20_000);
});
