/** Bounds of the wallets context. */
export const REFERENCE_CODE_POINTS = 200;
export const COMMENT_CODE_POINTS = 1000;
/** Largest single movement, minor units. */
export const LARGEST_MOVEMENT_MINOR = 10n ** 15n;
/** How long an unfinished top-up is left to its own executor before recovery finishes it. */
export const CLAIM_PATIENCE_MS = 30_000;
