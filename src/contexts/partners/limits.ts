/** Longest name of a partner or a member of the staff, in code points. */
export const MAX_NAME_LENGTH = 200;
/** Longest login, in code points. */
export const MAX_LOGIN_CODE_POINTS = 100;
/** Digits of a phone number (E.164). */
export const MIN_PHONE_DIGITS = 5;
export const MAX_PHONE_DIGITS = 15;
export const MIN_API_KEY_LENGTH = 8;
export const MAX_API_KEY_LENGTH = 200;
export const MAX_URL_LENGTH = 2_048;
/** Longest reason for a change of status, in code points. */
export const MAX_REASON_LENGTH = 500;

/** Products, and as many packages, that a partner's access may name. */
export const MAX_ACCESS_IDS = 5_000;
/** Addresses and ranges that a partner may be called from. */
export const MAX_IP_RANGES = 200;

export const DEFAULT_MAX_OPEN_RESERVATIONS = 10_000;
export const HIGHEST_MAX_OPEN_RESERVATIONS = 1_000_000;
/** Highest credit limit in minor units. */
export const MAX_CREDIT_LIMIT_MINOR = 10n ** 15n;
/** Markups lie above −100 and up to this. */
export const MAX_MARKUP_PERCENT = 1_000n;
export const MAX_COMMISSION_PERCENT = 100n;
/** A replaced password or API key may stay valid this long. */
export const MAX_OVERLAP_HOURS = 24 * 30;

/** Unfinished claims that recovery takes up in one round. */
export const RECOVERY_BATCH = 1_000;
