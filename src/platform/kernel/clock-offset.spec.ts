import { clockOffset, isFurtherOff } from './clock-offset.js';

const LIMIT_MS = 2_000;
const isOff = (theirsMs: number, precisionMs = 0): boolean =>
  isFurtherOff(clockOffset({ atMs: theirsMs, precisionMs }, 100_000, 100_500), LIMIT_MS);

it('a clock that may be right, as far as one can tell from here, is taken for right', () => {
  expect([98_000, 98_100, 100_250, 102_499].map((theirs) => isOff(theirs))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('a clock that is too far off is found out, ahead or behind', () => {
  expect([97_999, 102_501].map((theirs) => isOff(theirs))).toEqual([true, true]);
});

it('a time in whole seconds may be almost a second later than it says', () => {
  expect(isOff(97_500, 1_000)).toBe(false);
  expect(isOff(96_999, 1_000)).toBe(true);
});
