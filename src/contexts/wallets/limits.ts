import { CURRENCY_EXPONENTS, type Currency } from '../../platform/kernel/money.js';

/** Bounds of the wallets context. */

/** Largest single movement, in whole units of its currency: minor units of one are pennies, of another next to nothing. */
const LARGEST_MOVEMENT_UNITS = 10n ** 13n;
/** The same in minor units. */
export const largestMovementMinor = (currency: Currency): bigint =>
  LARGEST_MOVEMENT_UNITS * 10n ** BigInt(CURRENCY_EXPONENTS[currency]);
/** How long an unfinished top-up is left to its own executor before recovery finishes it. */
export const CLAIM_PATIENCE_MS = 30_000;
