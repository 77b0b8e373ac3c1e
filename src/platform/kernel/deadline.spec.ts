import { loadSettings } from '../config/settings.js';
import { hasCome } from './deadline.js';

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z');
const DAY_MS = 86_400_000;

it('a deadline comes at its time, and not a millisecond before', () => {
  expect([0, 1, DAY_MS].map((ms) => hasCome(NOW_MS + ms, NOW_MS))).toEqual([true, false, false]);
});

it('the longest that the settings allow is waited for', () => {
  const longest = { RESERVATION_TTL_SECONDS: '86400', RELEASE_COOLDOWN_SECONDS: '86400' };
  const { reservationTtlSeconds, releaseCooldownSeconds } = loadSettings({ NODE_ENV: 'test', ...longest });
  for (const seconds of [reservationTtlSeconds, releaseCooldownSeconds])
    expect(hasCome(NOW_MS + seconds * 1_000, NOW_MS)).toBe(false);
  expect(() => loadSettings({ NODE_ENV: 'test', RESERVATION_TTL_SECONDS: '86401' })).toThrow();
  expect(() => loadSettings({ NODE_ENV: 'test', RELEASE_COOLDOWN_SECONDS: '86401' })).toThrow();
});

it('nobody waits for what was counted from a clock that was days ahead', () => {
  expect(hasCome(NOW_MS + 2 * DAY_MS, NOW_MS)).toBe(true);
  expect(hasCome(NOW_MS + 400 * DAY_MS, NOW_MS)).toBe(true);
});
