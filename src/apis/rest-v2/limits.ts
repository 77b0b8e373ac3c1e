export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;
export const MAX_PAGE = 1_000_000;
export const MAX_SEARCH_LENGTH = 200;

/** Deepest nesting of a request body; the documented ones need 3. */
export const MAX_BODY_DEPTH = 8;
/** Keys in one request; more come by file. */
export const MAX_KEYS_PER_REQUEST = 10_000;
/** Longest text that is not limited more closely by what it is for. */
export const MAX_TEXT_LENGTH = 10_000;
/** Longest reference and comment of a top-up. */
export const MAX_REFERENCE_LENGTH = 200;
export const MAX_COMMENT_LENGTH = 1_000;
/** A number in JSON keeps this many decimal digits; longer amounts come as text. */
export const EXACT_JSON_DIGITS = 15;

/** How long a write waits for the read models, so that who posts and then gets sees it. */
export const READ_YOUR_WRITES_MS = 5_000;
/** How long a read waits for the position that it asks for. */
export const WAIT_FOR_POSITION_MS = 5_000;

/** Reads of one login that are worked on at once, and that wait for it. */
export const READS_AT_ONCE = 4;
export const READS_WAITING = 256;
/** Exports of one login that are written at once. */
export const EXPORTS_AT_ONCE = 4;

/** How long the answer under an idempotency key is kept. */
export const IDEMPOTENCY_KEY_MS = 24 * 3_600_000;
export const IDEMPOTENCY_SWEEP_MS = 3_600_000;

/** Longest search in the list of keys: a whole key text. */
export const MAX_KEY_SEARCH_LENGTH = 4_000;
/** Keys that a search finds at most, and keys that each of its steps looks at. */
export const KEY_SEARCH_RESULTS = 1_000;
export const KEY_SEARCH_LOOKS = 50_000;

/** No request is worked on for longer: the appends of one that is in doubt are given up before. */
export const LONGEST_REQUEST_MS = 60_000;
