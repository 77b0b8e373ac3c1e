import { isoTime } from './clock.js';

it('writes times as they are stored, however they are asked for in turn', () => {
  const now = Date.parse('2026-11-23T09:30:00.123Z');
  const times = [now, now + 60_000, now, now + 13, now + 1, now, 0, -5, -5.5, 1.5];
  for (const ms of times) expect(isoTime(ms)).toBe(new Date(ms).toISOString());
  expect(() => isoTime(Number.NaN)).toThrow(RangeError);
});
