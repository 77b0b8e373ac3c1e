import { ManualClock } from '../../../test/support/manual-clock.js';
import type { Attempted, Lane, NoticeIndex, Work } from '../../contexts/webhooks/index.js';
import { Callbacks } from './callbacks.js';

const IN_ALL = 512;
const PER_ENDPOINT = 8;
const HOUR_MS = 3_600_000;

interface Begun {
  readonly webhook: number;
  readonly work: Work;
  end(attempted: Attempted): void;
}

let clock: ManualClock;
let index: NoticeIndex;
let callbacks: Callbacks;
let begun: Begun[];
let looks: number;
let errors: unknown[];

/** An endpoint with more to send than there are places, or with one message that is to be tried again later. */
function addLane(webhook: number, retryMs: number | null = null): void {
  const workAt: Lane['workAt'] = (_, isUnderWay) => {
    let sequence = 0;
    while (isUnderWay(sequence)) sequence += 1;
    return retryMs === null ? ({ sequence, round: 0 } as Work) : null;
  };
  const state = { webhook, partner: `p${webhook}`, isHeld: false, failures: 0 };
  index.lanes.set(webhook, { ...state, workAt, nextDueMs: () => retryMs } as Lane);
}

/** As the index does when the endpoint's deletion is folded. */
function drop(webhook: number): void {
  index.lanes.delete(webhook);
  index.onWork(webhook);
}

beforeEach(() => {
  jest.useFakeTimers();
  clock = new ManualClock();
  begun = [];
  looks = 0;
  errors = [];
  index = { lanes: new Map(), onWork: () => {}, onOutcome: () => {} } as unknown as NoticeIndex;
  callbacks = new Callbacks({
    index,
    clock: {
      now: () => {
        looks += 1;
        return clock.now();
      },
      elapsedMs: () => clock.elapsedMs(),
    },
    attempt: ({ webhook }, work) => new Promise((end) => begun.push({ webhook, work, end })),
    onDisabled: () => undefined,
    onError: (error) => errors.push(error),
  });
});
afterEach(() => jest.useRealTimers());

it('an endpoint that is deleted with a message to be tried again is not looked at any more', async () => {
  addLane(1, clock.now() + HOUR_MS);
  callbacks.start();
  drop(1);
  clock.advance(2 * HOUR_MS);
  looks = 0;
  await jest.advanceTimersByTimeAsync(60_000);
  // The clock itself is looked at every second.
  expect(looks).toBeLessThan(100);
});

it('an endpoint whose next attempt was set by a clock that was days ahead is looked at again within a second', async () => {
  addLane(1, clock.now() + 72 * HOUR_MS);
  callbacks.start();
  addLane(1);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(begun).toHaveLength(PER_ENDPOINT);
});

it('an endpoint whose notices cannot be read is told of and tried again, and holds nobody up', async () => {
  addLane(1);
  const unreadable = index.lanes.get(1)!;
  const { workAt } = unreadable;
  let isReadable = false;
  unreadable.workAt = (...asked) => {
    if (!isReadable) throw new Error('a notice is missing');
    return workAt(...asked);
  };
  addLane(2);
  callbacks.start();
  expect(begun.map(({ webhook }) => webhook)).toEqual(Array.from({ length: PER_ENDPOINT }, () => 2));
  index.onWork(1);
  clock.advance(60_000);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(errors.length).toBeGreaterThan(1);
  isReadable = true;
  clock.advance(60_000);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(begun.filter(({ webhook }) => webhook === 1)).toHaveLength(PER_ENDPOINT);
});

it('endpoints that are deleted while they wait for a place take nobody else the turn', async () => {
  const places = IN_ALL / PER_ENDPOINT;
  const deleted = [places + 1, places + 2, places + 3, places + 4];
  const last = places + 5;
  for (let webhook = 1; webhook <= last; webhook += 1) addLane(webhook);
  callbacks.start();
  expect(begun).toHaveLength(IN_ALL);
  for (const webhook of deleted) drop(webhook);
  begun[0]!.end({ recorded: true, disabled: null });
  await jest.advanceTimersByTimeAsync(0);
  expect(begun.slice(IN_ALL).map(({ webhook }) => webhook)).toEqual([last]);
});
