/** Bounds of the deliveries context. */

/** How often one order may be sent. */
export const MAX_SENDS = 20;
/**
 * Waits after each failed attempt but the last. Together they stay below the 24 hours for which a provider remembers an
 * idempotency key.
 */
export const RETRY_WAITS_MS: readonly number[] = [
  30_000, 120_000, 480_000, 1_800_000, 7_200_000, 14_400_000, 21_600_000, 28_800_000,
];
/** A wait is lengthened by up to this share of itself, by chance. */
export const RETRY_JITTER = 0.1;
/**
 * A provider that asks for more patience than this is asked again all the same: with it, too, all waits together stay below those
 * 24 hours. Without it they are 23.
 */
export const MAX_RETRY_AFTER_MS = 1_200_000;
/** Reports remembered for one send, to know a repetition. */
export const MAX_REPORTS = 32;
/** Reports kept for one message whose send has not answered yet. */
export const MAX_KEPT_REPORTS = 16;
/** Sends that a provider took, remembered by the process that made them until the log says so: as many as fail together, and some. */
export const MAX_UNRECORDED = 1_000;
