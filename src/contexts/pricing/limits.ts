/** Most AZN that one unit of a currency may be worth; a rate is above 0. */
export const MAX_RATE_AZN = 10n ** 12n;
/** Longest decimal text of a rate, its point included. */
export const MAX_RATE_TEXT_LENGTH = 32;
