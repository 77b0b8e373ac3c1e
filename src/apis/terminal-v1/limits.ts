/** Longest order reference, in Unicode code points. */
export const MAX_ORDER_CODE_POINTS = 200;

/** Requests being worked on at once; more are answered 0-13 until some are done. */
export const MAX_REQUESTS_IN_FLIGHT = 4_096;

/** What a refused terminal is told to wait. */
export const RETRY_AFTER_SECONDS = 1;
