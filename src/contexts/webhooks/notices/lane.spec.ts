import { nextAttemptMs } from '../domain/schedule.js';
import {
  FIRST_PROBE_MS,
  HELD_AFTER_FAILURES,
  LONGEST_PROBE_MS,
  LOOK_AHEAD,
  MAX_OPEN_MESSAGES,
} from '../limits.js';
import { Lane, type StoredLane } from './lane.js';
import type { Notice } from './notice.js';

const T0 = 1_800_000_000_000;
const NONE: StoredLane = {
  partner: 'p',
  types: ['order.confirmed', 'order.refunded'],
  disabled: null,
  disabledAtMs: null,
  failures: 0,
  failingSinceMs: null,
  lastAttemptMs: 0,
  main: [0, []],
  replay: null,
};
const nobody = () => false;

/** A lane over notices about the given objects, each of its type's first letter and object's name: `c:a`, `r:a`. */
function laneOf(...objects: string[]) {
  const notices: Notice[] = [];
  const list = {
    get length() {
      return notices.length;
    },
    get: (sequence: number) => notices[sequence]!,
  };
  const lane = new Lane(1, 'p', list, NONE);
  const add = (...more: string[]) => {
    for (const text of more) {
      const [kind, object] = text.split(':') as [string, string];
      const type = kind === 'c' ? 'order.confirmed' : kind === 'r' ? 'order.refunded' : 'balance.low';
      const position = String(notices.length).padStart(16, '0');
      notices.push({ type, position, atMs: T0, source: object, revision: 0, object });
      lane.advance();
    }
  };
  add(...objects);
  const outcome = (sequence: number, delivered: boolean, nextMs: number | null, round = 1, atMs = T0) =>
    lane.record(sequence, { position: notices[sequence]!.position, delivered, nextMs, round, atMs });
  return {
    lane,
    add,
    succeed: (sequence: number, atMs = T0) => outcome(sequence, true, null, 1, atMs),
    fail: (sequence: number, nextMs: number | null, atMs = T0, round = 1) =>
      outcome(sequence, false, nextMs, round, atMs),
    next: (nowMs = T0, underWay: number[] = []) =>
      lane.workAt(nowMs, (sequence) => underWay.includes(sequence))?.sequence ?? null,
  };
}

it('messages of the types that an endpoint takes come in order, the others are passed over', () => {
  const { lane, next, succeed } = laneOf('b:x', 'c:a', 'b:x', 'r:b');
  expect(next()).toBe(1);
  succeed(1);
  expect(next()).toBe(3);
  succeed(3);
  expect(next()).toBeNull();
  expect(lane.waiting).toBe(0);
});

it('several are under way at once, but not two about the same', () => {
  const { next } = laneOf('c:a', 'r:a', 'c:b');
  expect(next(T0, [0])).toBe(2);
  expect(next(T0, [0, 2])).toBeNull();
});

it('one that failed holds up only what is about the same, until it is delivered', () => {
  const { next, fail, succeed } = laneOf('c:a', 'r:a', 'c:b');
  fail(0, T0 + 5_000);
  expect(next()).toBe(2);
  succeed(2);
  expect(next()).toBeNull();
  expect(next(T0 + 5_000)).toBe(0);
  succeed(0, T0 + 6_000);
  expect(next(T0 + 6_000)).toBe(1);
});

it('one that was given up holds nothing up any more', () => {
  const { next, fail } = laneOf('c:a', 'r:a');
  fail(0, T0 + 5_000);
  expect(next()).toBeNull();
  fail(0, null, T0 + 5_000);
  expect(next(T0 + 5_000)).toBe(1);
});

it('one whose next attempt was set by a clock that was days ahead is tried now, and so is the probe', () => {
  const ahead = T0 + 3 * 86_400_000;
  const { next, fail } = laneOf('c:a', 'c:b');
  fail(0, ahead + 5_000, ahead);
  expect(next(T0, [1])).toBe(0);
  for (let n = 1; n < HELD_AFTER_FAILURES; n += 1) fail(0, T0 + 5_000, ahead);
  expect(next(T0)).toBe(1);
});

it('outcomes in any order leave nothing out and repeat nothing', () => {
  const { lane, next, succeed } = laneOf('c:a', 'c:b', 'c:c', 'c:d');
  succeed(2);
  succeed(1);
  expect(next()).toBe(0);
  succeed(0);
  expect(next()).toBe(3);
  succeed(3);
  expect(lane.stored().main).toEqual([4, []]);
});

it('how far ahead is looked, and how much is remembered, is bounded', () => {
  const { lane, next, succeed } = laneOf(...Array.from({ length: 3 * LOOK_AHEAD }, (_, n) => `c:${n}`));
  const underWay = [0];
  for (let n = 1; n < LOOK_AHEAD; n += 1) succeed(n);
  expect(next(T0, underWay)).toBeNull();
  expect(lane.stored().main[1].length).toBeLessThan(LOOK_AHEAD);
});

describe('an endpoint that fails', () => {
  it('is only probed after a row of failures, ever more seldom, and at full speed again after a success', () => {
    const { lane, next, fail, succeed } = laneOf(...Array.from({ length: 100 }, (_, n) => `c:${n}`));
    const later = T0 + 24 * 3_600_000;
    for (let n = 0; n < HELD_AFTER_FAILURES; n += 1) fail(n, later);
    expect(lane.isHeld).toBe(true);
    expect(next(T0)).toBeNull();
    expect(lane.nextDueMs()).toBe(T0 + FIRST_PROBE_MS);
    expect(next(T0 + FIRST_PROBE_MS)).toBe(HELD_AFTER_FAILURES);
    for (let n = HELD_AFTER_FAILURES; n < 40; n += 1) fail(n, later);
    expect(lane.nextDueMs()).toBe(T0 + LONGEST_PROBE_MS);
    succeed(40);
    expect(next(T0)).toBe(41);
    expect(lane.failingSinceMs).toBeNull();
  });

  it('has a bounded number of open messages, however many wait', () => {
    const { lane, next, fail } = laneOf(...Array.from({ length: 2 * MAX_OPEN_MESSAGES }, (_, n) => `c:${n}`));
    for (let n = 0; n < MAX_OPEN_MESSAGES; n += 1) fail(n, T0 + 3_600_000);
    expect(next(T0 + 3_000_000)).toBeNull();
    expect(lane.waiting).toBe(MAX_OPEN_MESSAGES);
    expect(next(T0 + 3_600_000)).toBe(0);
  });

  it('costs little for days, whatever waits', () => {
    const { lane, fail, add } = laneOf();
    for (let n = 0; n < 100_000; n += 1) add(`c:${n}`);
    let attempts = 0;
    let mostOpen = 0;
    let nowMs = T0;
    for (const end = T0 + 5 * 24 * 3_600_000; nowMs < end; ) {
      const work = lane.workAt(nowMs, nobody);
      if (work) {
        attempts += 1;
        fail(work.sequence, nextAttemptMs(nowMs, work.round + 1, 0.5), nowMs, work.round + 1);
      } else nowMs = Math.max(lane.nextDueMs()!, nowMs + 1);
      mostOpen = Math.max(mostOpen, lane.open.size);
    }
    expect(attempts).toBeLessThan(15_000);
    expect(mostOpen).toBeLessThan(400);
    expect(lane.waiting).toBeGreaterThan(98_000);
    expect(JSON.stringify(lane.stored()).length).toBeLessThan(500);
  });

  it('gets nothing while it is off, and goes on where it stood', () => {
    const { lane, next, succeed } = laneOf('c:a', 'c:b');
    succeed(0);
    lane.disabled = 'failing';
    expect([next(), lane.nextDueMs()]).toEqual([null, null]);
    lane.disabled = null;
    expect(next()).toBe(1);
  });
});

describe('redelivery', () => {
  it('sends a stretch again beside what is new, and ends', () => {
    const { lane, next, succeed, add } = laneOf('c:a', 'c:b', 'c:c');
    for (const n of [0, 1, 2]) succeed(n);
    lane.startReplay(0, 2);
    expect(next()).toBe(0);
    add('c:d');
    expect(next()).toBe(3);
    for (const n of [3, 0, 1]) succeed(n);
    expect([next(), lane.isReplaying]).toEqual([null, false]);
  });

  it('of two stretches that were asked for at once sends both, also after a restart', () => {
    const { lane, next, succeed } = laneOf('c:a', 'c:b', 'c:c', 'c:d');
    for (const n of [0, 1, 2, 3]) succeed(n);
    lane.startReplay(0, 2);
    lane.startReplay(2, 4);
    const notices = { length: 4, get: (n: number) => ({ ...FIRST, position: String(n), object: `o${n}` }) };
    const again = new Lane(1, 'p', notices, JSON.parse(JSON.stringify(lane.stored())));
    expect(again.stored()).toEqual(lane.stored());
    const sent: (number | null)[] = [];
    for (let n = 0; n < 4; n += 1) {
      sent.push(next());
      succeed(sent[n]!);
    }
    expect([sent, next(), lane.isReplaying]).toEqual([[0, 1, 2, 3], null, false]);
  });

  it('sends again what was done ahead of a message that is still under way', () => {
    const { lane, next, succeed } = laneOf('c:a', 'c:b', 'c:c');
    succeed(1);
    succeed(2);
    lane.startReplay(0, 2);
    expect(next(T0, [0])).toBe(1);
    for (const n of [1, 0]) succeed(n);
    expect([next(), lane.stored().main]).toEqual([null, [3, []]]);
  });

  it('goes on after a restart where it was', () => {
    const { lane, succeed } = laneOf('c:a', 'c:b', 'c:c');
    for (const n of [0, 1, 2]) succeed(n);
    lane.startReplay(0, 3);
    succeed(1);
    const notices = { length: 3, get: (n: number) => ({ ...FIRST, position: String(n), object: `o${n}` }) };
    const again = new Lane(1, 'p', notices, JSON.parse(JSON.stringify(lane.stored())));
    expect(again.workAt(T0, nobody)?.sequence).toBe(0);
    expect(again.workAt(T0, (n) => n === 0)?.sequence).toBe(2);
  });

  it('of a message that waits for its next attempt makes it now, and what waits behind it goes after it', () => {
    const { lane, next, succeed, fail } = laneOf('c:a', 'r:a');
    fail(0, T0 + 36_000_000);
    lane.reopen(1, T0);
    expect(next()).toBeNull();
    lane.reopen(0, T0);
    expect(next()).toBe(0);
    succeed(0);
    expect(next()).toBe(1);
    succeed(1);
    expect(lane.open.size).toBe(0);
  });

  it('of one message waits for an open one about the same', () => {
    const { lane, next, succeed, fail } = laneOf('c:a', 'r:a');
    succeed(0);
    fail(1, T0 + 5_000);
    lane.reopen(0, T0);
    expect(next()).toBeNull();
    succeed(1, T0 + 5_000);
    expect(next(T0 + 5_000)).toBe(0);
  });
});

const FIRST: Notice = {
  type: 'order.confirmed',
  position: '0',
  atMs: T0,
  source: 'order-a',
  revision: 0,
  object: 'a',
};
