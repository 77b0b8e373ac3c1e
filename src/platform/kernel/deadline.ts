/**
 * Nothing is waited for longer: reservations and cool-downs last a day at most, and retries come sooner. The hour more is for
 * clocks that differ.
 */
export const LONGEST_WAIT_MS = 25 * 3_600_000;

/**
 * Whether a time has come that something waits for. One that is further off than anything waits was counted from a clock that
 * was days ahead and has been put right since: it has come as well.
 */
export const hasCome = (dueMs: number, nowMs: number): boolean =>
  dueMs <= nowMs || dueMs > nowMs + LONGEST_WAIT_MS;
