const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits before the second, third … attempt; after the last of them a message is given up. */
export const RETRY_WAITS_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
];

/** A wait varies by this share in both directions, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * When a message is tried again.
 * @param round attempts made, at least 1
 * @param chance from 0 to 1, drawn by the caller
 * @returns null when it was tried often enough
 */
export function nextAttemptMs(nowMs: number, round: number, chance: number): number | null {
  const wait = RETRY_WAITS_MS[round - 1];
  return wait === undefined ? null : nowMs + Math.round(wait * (1 + JITTER * (2 * chance - 1)));
}
