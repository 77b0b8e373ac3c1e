import { ManualClock } from '../../../test/support/manual-clock.js';
import { LateTime } from './late-time.js';

const HOUR = 3_600_000;

/** What it tells, hour by hour, beyond the hours that have passed. */
function told(hours: number, setAheadMs: Record<number, number>): number[] {
  const clock = new ManualClock(0);
  const late = new LateTime(clock, 3 * HOUR);
  return Array.from({ length: hours }, (_, hour) => {
    clock.nowMs += setAheadMs[hour] ?? 0;
    const ahead = late.now() - hour * HOUR;
    clock.advance(HOUR);
    return ahead;
  });
}

it('goes with the clock', () => {
  expect(told(6, {})).toEqual([0, 0, 0, 0, 0, 0]);
});

it('believes a clock that was set ahead after a while', () => {
  expect(told(7, { 2: 500 })).toEqual([0, 0, 0, 0, 0, 500, 500]);
});

it('takes no notice of one that is put right before', () => {
  expect(told(8, { 2: 500, 4: -500 })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

it('follows one that is set back at once', () => {
  expect(told(4, { 2: -500 })).toEqual([0, 0, -500, -500]);
});
