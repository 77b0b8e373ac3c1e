/** bcrypt reads no further, so a longer password would be checked in part only. */
export const MAX_PASSWORD_BYTES = 72;
/** 2^10 rounds: about 46 ms. */
export const BCRYPT_COST = 10;
/** More starve libuv's thread pool, and with it the disk: 8 in flight cut durable appends to a hundredth. */
export const BCRYPT_IN_FLIGHT = 2;
/** About six seconds of work; what comes on top is refused at once. */
export const BCRYPT_WAITING = 256;

export const MAX_LOGIN_CODE_POINTS = 100;

/** A successful check is remembered so long after its last use. */
export const CREDENTIAL_REMEMBERED_MS = 15 * 60_000;
export const CREDENTIALS_REMEMBERED = 100_000;
/** Checks of different passwords that may wait for one login. */
export const CHECKS_WAITING_PER_LOGIN = 8;
/** Checks that one network may have under way and waiting, for all logins: the rest of bcrypt's queue is for the others. */
export const CHECKS_WAITING_PER_NETWORK = BCRYPT_WAITING / 2;

/** Failures from one address for one login within the window before further ones are refused unseen. */
export const FAILURES_PER_WINDOW = 10;
export const FAILURE_WINDOW_MS = 60_000;
/** Wrong one-time codes of one account within the window; there are only a million of them. */
export const CODE_FAILURES_PER_WINDOW = 5;
export const CODE_FAILURE_WINDOW_MS = 5 * 60_000;
export const FAILURES_TRACKED = 50_000;
