import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { NewEvent, RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { MAX_WAITING_BATCHES, TIMEOUTS } from '../../src/platform/event-store/eventstoredb/limits.js';
import { type AppendFault, EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { StandInProcess } from '../support/eventstoredb/stand-in-process.js';
import { CONTRACT_PREFIX, freshStream, noteOf, testEvent, testEvents } from './event-store.contract.js';

const IMPATIENT = {
  ...TIMEOUTS,
  appendAttemptMs: 100,
  doubtMs: 400,
  awayMs: 300,
  readSilenceMs: 200,
  searchSilenceMs: 200,
  pingMs: 250,
};

const openAt = (url: string, timeouts = TIMEOUTS): Promise<EventStoreDbEventStore> =>
  EventStoreDbEventStore.open({ url, streamPrefix: CONTRACT_PREFIX, timeouts });

async function waitUntil(holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${holds}`);
    await delay(2);
  }
}

/** Appends one event after the other to a stream of its own until it is told to end; answers the acknowledged ids. */
async function write(
  store: EventStoreDbEventStore,
  stream: string,
  isOver: () => boolean,
): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let revision = -1; !isOver(); revision += 1) {
    const event = testEvent(revision + 1);
    const outcome = await store.append([{ stream, expectedRevision: revision, events: [event] }]);
    if (outcome.outcome !== 'appended') throw new Error(`${stream}: refused at ${outcome.actualRevision}`);
    acknowledged.push(event.id);
  }
  return acknowledged;
}

function fail(): never {
  throw new Error('it was used');
}

const idsOf = (events: readonly RecordedEvent[]): string[] => events.map(({ id }) => id);

/** What a writer was told and what is stored must be the same, in the same order. */
async function expectExactly(store: EventStoreDbEventStore, written: Map<string, string[]>): Promise<void> {
  for (const [stream, ids] of written) expect(idsOf(await store.readStream(stream))).toEqual(ids);
}

describe('a server that fails', () => {
  let server: EventStoreDbStandIn;
  let store: EventStoreDbEventStore;

  beforeEach(async () => {
    server = await EventStoreDbStandIn.start();
    // What it is opened with is as patient as it must be on a busy machine; the rest is not.
    const timeouts = { ...TIMEOUTS };
    store = await openAt(server.url, timeouts);
    Object.assign(timeouts, IMPATIENT);
  });
  afterEach(async () => {
    server.hung = false;
    await store.close();
    server.stop();
  });

  const appendTo = (stream: string, events: NewEvent[] = [testEvent()], expectedRevision = -1) =>
    store.append([{ stream, expectedRevision, events }]);

  /** The first append to a stream meets the fault, the next ones do not. */
  const failFirst = (fault: AppendFault): void => {
    const met = new Set<string>();
    server.faultOf = (stream) => {
      if (met.has(stream)) return 'none';
      met.add(stream);
      return fault;
    };
  };

  it.each<AppendFault>(['silent', 'lost', 'not ready', 'bewildered', 'timed out', 'cut off'])(
    'stores an append once, with its ids and revision, when the first answer is: %s',
    async (fault) => {
      failFirst(fault);
      const stream = freshStream();
      const events = testEvents(3);
      expect(await appendTo(stream, events)).toMatchObject({ outcome: 'appended' });
      const ids = events.map(({ id }) => id);
      expect(server.received).toEqual([
        { stream, expectedRevision: -1, ids },
        { stream, expectedRevision: -1, ids },
      ]);
      expect(idsOf(await store.readStream(stream))).toEqual(ids);
    },
  );

  it('refuses an append whose answer was lost when another stands at its revision', async () => {
    const stream = freshStream();
    server.faultOf = () => {
      const { id, type, data, metadata } = testEvent('theirs');
      server.log.append(stream, -1, [{ id, type, data, metadata, contentType: 'application/json' }]);
      server.faultOf = () => 'none';
      return 'lost';
    };
    expect(await appendTo(stream)).toMatchObject({ outcome: 'refused', actualRevision: 0 });
    expect((await store.readStream(stream)).map(noteOf)).toEqual(['theirs']);
  });

  it.each<AppendFault>(['lost', 'cut off', 'bewildered', 'timed out'])(
    'says that an append may be stored when every answer is: %s',
    async (fault) => {
      server.faultOf = () => fault;
      await expect(appendTo(freshStream())).rejects.toMatchObject({
        code: 'Unavailable',
        outcome: 'unknown',
      });
    },
  );

  it('says that nothing is stored when the server was away all the time', async () => {
    server.stop();
    await expect(appendTo(freshStream())).rejects.toMatchObject({ code: 'Unavailable', outcome: 'nothing' });
  });

  it('says that a batch may be stored when it failed after its first entry', async () => {
    const [first, second] = [freshStream(), freshStream()];
    server.faultOf = (stream) => (stream === second ? 'not ready' : 'none');
    const batch = [first, second].map((stream) => ({ stream, expectedRevision: -1, events: testEvents(1) }));
    await expect(store.append(batch)).rejects.toMatchObject({ code: 'Unavailable', outcome: 'unknown' });
    expect(await store.readStream(first)).toHaveLength(1);
  });

  it('notices a server that hangs, and goes on when it does', async () => {
    const stream = freshStream();
    await appendTo(stream);
    server.hung = true;
    await expect(appendTo(stream, testEvents(1), 0)).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(store.readStream(stream)).rejects.toMatchObject({ code: 'Unavailable', outcome: 'nothing' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'Unavailable' });
    server.hung = false;
    expect(await store.ping()).toBe('23.10.1');
    expect(await appendTo(stream, testEvents(1), 0)).toMatchObject({ outcome: 'appended' });
  });

  it('refuses what is too much to wait for, with nothing stored, and takes more when there is room', async () => {
    server.hung = true;
    const waiting = Array.from({ length: MAX_WAITING_BATCHES }, () => appendTo(freshStream()));
    const ended = Promise.allSettled(waiting);
    const one = freshStream();
    await expect(appendTo(one)).rejects.toMatchObject({ code: 'Unavailable', outcome: 'nothing' });
    await ended;
    server.hung = false;
    expect(await appendTo(one)).toMatchObject({ outcome: 'appended' });
  });

  it('has at most one append to a stream under way', async () => {
    server.faultOf = () => 'silent';
    const stream = freshStream();
    const both = [appendTo(stream), appendTo(stream, [testEvent()], 0)];
    await waitUntil(() => server.received.length > 0);
    await delay(20);
    expect(server.received).toHaveLength(1);
    server.faultOf = () => 'none';
    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual(['appended', 'appended']);
  });

  it('tells at once what no repetition helps', async () => {
    server.faultOf = () => 'denied';
    await expect(appendTo(freshStream())).rejects.toMatchObject({ code: 'Failed', outcome: 'nothing' });
    expect(server.received).toHaveLength(1);
    server.faultOf = () => 'too large';
    await expect(appendTo(freshStream())).rejects.toMatchObject({ code: 'TooLarge', outcome: 'nothing' });
    expect(server.received).toHaveLength(2);
    server.readStatus = status.INVALID_ARGUMENT;
    await expect(store.readAll(1n)).rejects.toMatchObject({ code: 'Failed', outcome: 'nothing' });
    server.readStatus = status.PERMISSION_DENIED;
    await expect(openAt(server.url)).rejects.toThrow('it must be allowed to read $all');
  });

  it('reads again what was cut off', async () => {
    const stream = freshStream();
    await appendTo(stream);
    server.readStatus = status.UNAVAILABLE;
    const reading = store.readStream(stream);
    await delay(50);
    server.readStatus = null;
    expect(await reading).toHaveLength(1);
  });

  it.each(['InvalidPosition', 'Error'] as const)('finds no event where there is none: %s', async (said) => {
    const stream = freshStream();
    await appendTo(stream);
    const [{ position }] = (await store.readStream(stream)) as [RecordedEvent];
    server.noPosition = said;
    expect(await store.eventAt(position - 1n)).toBeNull();
    expect(await store.eventAt(position + 1n)).toBeNull();
    expect(await store.eventAt(position)).toMatchObject({ stream });
  });

  it('gives up waiting when it is closed', async () => {
    server.faultOf = () => 'not ready';
    const appending = appendTo(freshStream());
    const outcome = expect(appending).rejects.toMatchObject({ code: 'Unavailable', outcome: 'nothing' });
    await waitUntil(() => server.received.length > 0);
    await store.close();
    await outcome;
    await expect(appendTo(freshStream())).rejects.toMatchObject({ code: 'Closed' });
  });
});

it('a server that is too old or is no server is refused by name', async () => {
  const old = await EventStoreDbStandIn.start({ version: '20.6.0', methods: ['read', 'append'] });
  await expect(openAt(old.url)).rejects.toThrow('EventStoreDB 20.6.0 is too old');
  old.stop();
  await expect(openAt(old.url, IMPATIENT)).rejects.toMatchObject({ code: 'Unavailable' });
});

it.each([
  'tls=false&tlsVerifyCert=false',
  'TLS=false&tls_verify_cert=false&keepAliveInterval=10000',
  'tls=false&tlsVerifyCert=true',
])('a URL as examples give it opens: ?%s', async (options) => {
  const warned = jest.spyOn(console, 'warn').mockReturnValue();
  const server = await EventStoreDbStandIn.start();
  const [address] = server.url.split('?');
  for (const url of [`${address}?${options}`, `${address!.replace('esdb', 'kurrentdb')}/?${options}`]) {
    await (await openAt(url)).close();
  }
  server.stop();
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

it.each([
  ['admin:hunter2@', 'cannot be read'],
  ['admin:hunter2@127.0.0.1:1?tls=maybe', 'cannot be read'],
  ['admin:hun:ter2@127.0.0.1:1?tls=false', 'percent-encode'],
  ['admin:hunter2@x@127.0.0.1:1?tls=false', 'percent-encode'],
  ['admin:hun?ter2=hunter2@127.0.0.1:1', 'percent-encode'],
  ['admin:hunter2@127.0.0.1:1?tlsVerifyCert=false', 'name the certificate of its CA by tlsCAFile'],
  ['admin:hunter2@127.0.0.1:1?tls=false&useTls=true', 'has an option that is not known: useTls'],
  ['admin:hunter2@127.0.0.1:1?tlsCAFile=/none.pem', 'File was not found'],
])('a URL that is no use is refused by name, and never printed: %s', async (rest, problem) => {
  const printed = ['warn', 'error', 'log'].map((level) =>
    jest.spyOn(console, level as 'warn').mockReturnValue(),
  );
  const error: Error = await openAt(`esdb://${rest}`, IMPATIENT).then(fail, (thrown: Error) => thrown);
  expect(error.message).toContain('EVENTSTORE_URL');
  expect(error.message).toContain(problem);
  for (const said of printed) {
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  }
  expect(`${error.stack} ${JSON.stringify(error)}`).not.toMatch(/hunter2|ter2/);
});

describe('under load', () => {
  const WRITERS = 16;
  const opened: (() => Promise<unknown>)[] = [];
  let isOver = false;

  beforeEach(() => {
    isOver = false;
  });
  afterEach(async () => {
    isOver = true;
    for (const close of opened.splice(0)) await close();
  });

  const startWriters = (store: EventStoreDbEventStore) => {
    const streams = Array.from({ length: WRITERS }, () => freshStream('load'));
    return Promise.all(
      streams.map(
        async (stream): Promise<[string, string[]]> => [stream, await write(store, stream, () => isOver)],
      ),
    ).then((entries) => new Map(entries));
  };

  /** Everything that a subscriber is given, from the beginning on. */
  const follow = (store: EventStoreDbEventStore) => {
    const seen: RecordedEvent[] = [];
    store.subscribe(0n, (events) => void seen.push(...events));
    return seen;
  };

  const expectDelivered = async (seen: RecordedEvent[], written: Map<string, string[]>): Promise<void> => {
    const total = [...written.values()].reduce((sum, ids) => sum + ids.length, 0);
    await waitUntil(() => seen.length >= total);
    for (const [stream, ids] of written) {
      expect(idsOf(seen.filter((event) => event.stream === stream))).toEqual(ids);
    }
    expect(seen.every((event, index) => index === 0 || event.position > seen[index - 1]!.position)).toBe(
      true,
    );
  };

  it('faults at random lose, double and reorder nothing', async () => {
    const server = await EventStoreDbStandIn.start();
    const store = await openAt(server.url, { ...TIMEOUTS, appendAttemptMs: 60 });
    opened.push(
      () => store.close(),
      async () => server.stop(),
    );
    const seen = follow(store);
    const faults: AppendFault[] = ['silent', 'lost', 'not ready', 'timed out', 'cut off'];
    server.faultOf = () =>
      Math.random() < 0.03 ? faults[Math.floor(Math.random() * faults.length)]! : 'none';
    const writing = startWriters(store);
    for (let round = 0; round < 4; round += 1) {
      await delay(200);
      server.dropSubscriptions();
    }
    isOver = true;
    const written = await writing;
    server.faultOf = () => 'none';
    await expectExactly(store, written);
    await expectDelivered(seen, written);
    expect(server.drops).toBeGreaterThan(1);
  }, 20_000);

  it('kill -9 of the server loses, doubles and reorders nothing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'keyforge-stand-in-'));
    const server = new StandInProcess(join(directory, 'log'));
    await server.start();
    const store = await openAt(server.url);
    opened.push(
      () => store.close(),
      () => server.kill(),
      async () => rmSync(directory, { recursive: true }),
    );
    const seen = follow(store);
    const writing = startWriters(store);
    for (let round = 0; round < 2; round += 1) {
      await delay(200 + Math.random() * 200);
      await server.kill();
      await server.start();
    }
    await delay(300);
    isOver = true;
    const written = await writing;
    await expectExactly(store, written);
    await expectDelivered(seen, written);
  }, 30_000);
});
