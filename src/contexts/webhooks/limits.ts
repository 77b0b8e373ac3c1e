/** Endpoints that a partner may have at once. */
export const MAX_ENDPOINTS = 10;
/** Longest description of an endpoint, in code points. */
export const MAX_DESCRIPTION_LENGTH = 500;
/** How long a replaced secret goes on signing, unless the rotation says otherwise; and at most. */
export const DEFAULT_OVERLAP_HOURS = 24;
export const MAX_OVERLAP_HOURS = 24 * 7;

/** An endpoint that only failed for so long is switched off. */
export const DISABLE_AFTER_MS = 5 * 24 * 3_600_000;
/** Failures in a row from which on an endpoint is only probed. */
export const HELD_AFTER_FAILURES = 10;
/** Between probes: at first, and at most. */
export const FIRST_PROBE_MS = 5_000;
export const LONGEST_PROBE_MS = 5 * 60_000;
/** Messages of an endpoint that wait for a further attempt at once; the later ones wait unread. */
export const MAX_OPEN_MESSAGES = 1_000;
/** How far behind the first message without an attempt others are looked for that may go ahead. */
export const LOOK_AHEAD = 64;
/** Attempts of one message, redeliveries included. */
export const MAX_ATTEMPTS = 200;
/** Messages of one redelivery of a time range; who wants more asks again from where it ended. */
export const MAX_REDELIVERED = 10_000;

/** Bytes of an answer that are recorded. */
export const RECORDED_RESPONSE_BYTES = 256;

/** Events in a page of the feed. */
export const DEFAULT_FEED_PAGE = 100;
export const MAX_FEED_PAGE = 1_000;
/** Of a page, read from the log before others come in. */
export const BODIES_AT_ONCE = 16;
