import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { RATES_ID, Rates, setRates } from '../../contexts/pricing/index.js';
import { Sequencer } from '../../platform/execution/sequencer.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { NoSnapshots } from '../../platform/snapshots/snapshot-store.js';
import { RateFeed } from './rate-feed.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Still the 23rd in Greenwich, the 24th in Baku. */
const START = Date.parse('2026-11-23T21:00:00.000Z');

const document = (date: string, usd: string): string =>
  `<ValCurs Date="${date}"><ValType><Valute Code="USD"><Nominal>1</Nominal><Value>${usd}</Value></Valute></ValType></ValCurs>`;

let server: Server;
let asked: string[];
let answer: RequestListener;
beforeAll((done) => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  }).listen(0, '127.0.0.1', done);
});
afterAll((done) => {
  server.closeAllConnections();
  server.close(done);
});

const publishes = (text: string): void => {
  answer = (_, response) => response.end(text);
};

function world() {
  asked = [];
  const store = new MemoryEventStore();
  const clock = new ManualClock(START);
  const ids = new SystemIds();
  const executor = new Sequencer({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
  const errors: unknown[] = [];
  const { port } = server.address() as AddressInfo;
  const newFeed = () =>
    new RateFeed({
      ...{ executor, clock, ids, timeZone: 'Asia/Baku', timeoutMs: 1_000 },
      url: `http://127.0.0.1:${port}/currencies/{date}.xml`,
      onRead: () => undefined,
      onError: (error) => errors.push(error),
    });
  const context = {
    commandId: 'c',
    correlationId: 'c',
    actor: { kind: 'staff', id: 'admin' },
    surface: 'test',
  } as const;
  const rates = async () => {
    const state = await executor.run(context, (tx) => tx.load(Rates, RATES_ID));
    return Object.fromEntries(
      Object.entries(state.rates).map(([currency, rate]) => [currency, [rate.azn, rate.effectiveDate]]),
    );
  };
  const setByHand = (usd: string) =>
    executor.run(context, (tx) => {
      const events = setRates(tx.load(Rates, RATES_ID), { rates: { USD: usd }, source: 'manual' });
      if (!isRejection(events)) tx.append(Rates, RATES_ID, events);
    });
  return { store, clock, feed: newFeed(), newFeed, errors, rates, setByHand };
}

it('the document of the day in the business zone is read once', async () => {
  const { feed, clock, rates, store } = world();
  publishes(document('24.11.2026', '1.7'));
  await feed.look();
  await feed.look();
  clock.advance(10 * MINUTE_MS);
  await feed.look();
  expect(asked).toEqual(['/currencies/24.11.2026.xml']);
  expect(await rates()).toEqual({ USD: ['1.7000', '2026-11-24'] });
  publishes(document('25.11.2026', '1.71'));
  clock.advance(DAY_MS);
  await feed.look();
  expect(asked).toHaveLength(2);
  expect(await rates()).toEqual({ USD: ['1.7100', '2026-11-25'] });
  expect(store.events).toHaveLength(2);
});

it('nothing is asked for at a start on a day whose rates are there', async () => {
  const { feed, newFeed } = world();
  publishes(document('24.11.2026', '1.7'));
  await feed.look();
  await newFeed().look();
  expect(asked).toHaveLength(1);
});

it('a document that was applied does not take back what staff set after it', async () => {
  const { feed, newFeed, clock, rates, setByHand, store } = world();
  publishes(
    document('24.11.2026', '1.7').replace(
      '</ValType>',
      '<Valute Code="EUR"><Nominal>1</Nominal><Value>2</Value></Valute></ValType>',
    ),
  );
  await feed.look();
  await setByHand('1.65');
  clock.advance(DAY_MS);
  await newFeed().look();
  expect(asked).toHaveLength(2);
  expect(await rates()).toMatchObject({ USD: ['1.65', null], EUR: ['2.0000', '2026-11-24'] });
  expect(store.events).toHaveLength(2);
});

it('nor does it once staff set every rate that it has', async () => {
  const { feed, newFeed, rates, setByHand } = world();
  publishes(document('24.11.2026', '1.7'));
  await feed.look();
  await setByHand('1.65');
  await newFeed().look();
  expect(await rates()).toEqual({ USD: ['1.65', null] });
  expect(asked).toHaveLength(1);
});

it('a source that has an older day yet is asked again until it has this one', async () => {
  const { feed, clock, rates, errors } = world();
  publishes(document('23.11.2026', '1.69'));
  await feed.look();
  clock.advance(HOUR_MS - MINUTE_MS);
  await feed.look();
  expect(asked).toHaveLength(1);
  expect(await rates()).toEqual({ USD: ['1.6900', '2026-11-23'] });
  publishes(document('24.11.2026', '1.7'));
  clock.advance(MINUTE_MS);
  await feed.look();
  clock.advance(2 * HOUR_MS);
  await feed.look();
  expect(asked).toHaveLength(2);
  expect(await rates()).toEqual({ USD: ['1.7000', '2026-11-24'] });
  expect(errors).toEqual([]);
});

describe('nothing changes and it is tried again later when the source', () => {
  const failures: readonly (readonly [string, RequestListener])[] = [
    ['answers an error', (_, response) => response.writeHead(500).end(document('24.11.2026', '9'))],
    ['answers a page', (_, response) => response.end('<html><body>Maintenance</body></html>')],
    ['answers half a document', (_, response) => response.end(document('24.11.2026', '9').slice(0, -9))],
    ['answers what is not UTF-8', (_, response) => response.end(Buffer.from([0x3c, 0xff, 0xfe]))],
    ['answers a day to come', (_, response) => response.end(document('27.11.2026', '9'))],
    [
      'answers without end',
      (_, response) => response.end(document('24.11.2026', '9') + ' '.repeat(2_000_000)),
    ],
    ['hangs up', (_, response) => response.destroy()],
    ['never answers', () => undefined],
    ['stops in the middle', (_, response) => response.write('<ValCurs')],
  ];
  it.each(failures)('%s', async (_, behaviour) => {
    const { feed, clock, rates, errors } = world();
    answer = behaviour;
    await feed.look();
    expect(errors).toHaveLength(1);
    expect(await rates()).toEqual({});
    publishes(document('24.11.2026', '1.7'));
    await feed.look();
    expect(await rates()).toEqual({});
    clock.advance(MINUTE_MS);
    await feed.look();
    expect(await rates()).toEqual({ USD: ['1.7000', '2026-11-24'] });
  });

  it('fails again, after a longer pause', async () => {
    const { feed, clock } = world();
    answer = (_, response) => response.writeHead(503).end();
    for (let minute = 0; minute < 8; minute += 1) {
      await feed.look();
      clock.advance(MINUTE_MS);
    }
    expect(asked).toHaveLength(4);
  });

  it('fails while the clock is a month ahead, when that is put right', async () => {
    const { feed, clock, rates } = world();
    answer = (_, response) => response.writeHead(503).end();
    clock.advance(30 * DAY_MS);
    await feed.look();
    publishes(document('24.11.2026', '1.7'));
    clock.advance(-30 * DAY_MS + MINUTE_MS);
    await feed.look();
    expect(await rates()).toEqual({ USD: ['1.7000', '2026-11-24'] });
  });
});
