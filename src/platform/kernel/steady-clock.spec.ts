import { ManualClock } from '../../../test/support/manual-clock.js';
import { SteadyClock } from './steady-clock.js';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const HOUR = 3_600_000;

/** A steady clock, and what sets and passes its time. */
function world() {
  const wall = new ManualClock(START);
  const setBacks: number[] = [];
  const putRight: number[] = [];
  let elapsed = 1_234.5;
  const clock = new SteadyClock({
    wall,
    elapsedMs: () => elapsed,
    onSetBack: (ms) => setBacks.push(ms),
    onPutRight: (ms) => putRight.push(ms),
  });
  const pass = (ms: number): void => {
    elapsed += ms;
    wall.advance(ms);
  };
  const set = (ms: number): void => void wall.advance(ms);
  clock.now();
  return { clock, pass, set, setBacks, putRight };
}

it('follows the clock that it is given, forward at once and back by a little', () => {
  const { clock, pass, set, setBacks } = world();
  pass(5_000);
  expect(clock.now()).toBe(START + 5_000);
  set(24 * HOUR);
  expect(clock.now()).toBe(START + 24 * HOUR + 5_000);
  set(-900);
  expect(clock.now()).toBe(START + 24 * HOUR + 4_100);
  expect(setBacks).toEqual([]);
});

it('goes on where the clock is set back, until that has caught up', () => {
  const { clock, pass, set, setBacks } = world();
  set(-24 * HOUR);
  expect(clock.now()).toBe(START);
  pass(10_000);
  expect(clock.now()).toBe(START + 10_000);
  set(23 * HOUR);
  expect(clock.now()).toBe(START + 10_000);
  expect(setBacks).toEqual([24 * HOUR]);
  set(2 * HOUR);
  expect(clock.now()).toBe(START + HOUR + 10_000);
  set(-3 * HOUR);
  expect(clock.now()).toBe(START + HOUR + 10_000);
  expect(setBacks).toEqual([24 * HOUR, 3 * HOUR]);
});

it('believes a clock that is put right after it was wrong by days', () => {
  const { clock, pass, set, setBacks, putRight } = world();
  set(400 * 24 * HOUR);
  clock.now();
  set(-400 * 24 * HOUR);
  pass(1_000);
  expect(clock.now()).toBe(START + 1_000);
  expect(clock.now()).toBe(START + 1_000);
  expect([setBacks, putRight]).toEqual([[], [400 * 24 * HOUR]]);
});

it('does not believe a clock that has lost its time, and follows it again when it is set', () => {
  const { clock, pass, set, setBacks, putRight } = world();
  set(-20_000 * 24 * HOUR);
  pass(1_000);
  expect(clock.now()).toBe(START + 1_000);
  clock.goOnFrom(START + HOUR);
  expect(clock.now()).toBe(START + HOUR);
  set(20_000 * 24 * HOUR + 2 * HOUR);
  expect(clock.now()).toBe(START + 2 * HOUR + 1_000);
  expect([setBacks, putRight]).toEqual([[20_000 * 24 * HOUR], []]);
});

it('goes on from what an earlier process had reached, unless the clock is ahead of it or was wrong by days', () => {
  const { clock, pass, setBacks } = world();
  clock.goOnFrom(START - HOUR);
  expect(clock.now()).toBe(START);
  clock.goOnFrom(START + 400 * 24 * HOUR);
  expect(clock.now()).toBe(START);
  clock.goOnFrom(START + HOUR);
  pass(1_000);
  expect(clock.now()).toBe(START + HOUR + 1_000);
  expect(setBacks).toEqual([HOUR]);
});
