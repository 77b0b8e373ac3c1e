/** Bounds of the ordering context. */
export const REFERENCE_CODE_POINTS = 200;
/** How long an unfinished claim is left to its own executor before recovery settles it. */
export const CLAIM_PATIENCE_MS = 30_000;
/** Overdue reservations of one wallet that a purchase ends before it is refused for want of money. */
export const OVERDUE_PER_COMMAND = 100;
/** Attempts of one order within one decision. */
export const ATTEMPTS_PER_DECISION = 32;
