/** Bounds of the ordering context. */
/** How long an unfinished claim is left to its own executor before recovery settles it. */
export const CLAIM_PATIENCE_MS = 30_000;
/** Overdue reservations of one wallet that a purchase ends before it is refused for want of money. */
export const OVERDUE_PER_COMMAND = 100;
/** How often a sale looks for a key, while there are news of stock, before it says that there is none. */
export const STOCK_LOOKS = 4;
/** Attempts of one order within one decision. */
export const ATTEMPTS_PER_DECISION = 32;
