/** A request line up to 64 KiB passes whatever else is in the header; Node counts both together and answers 431 above. */
export const MAX_HEADER_BYTES = 96 * 1024;

/** Largest request body of routes that set no limit of their own. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** A client has this long to send a whole request. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** A client has this long to send the header. */
export const HEADERS_TIMEOUT_MS = 20_000;

/** Longer than the usual idle times of load balancers, so that they close first and never meet a closed connection. */
export const KEEP_ALIVE_MS = 72_000;

/**
 * A connection on which nothing moves for so long is closed: its client takes no answer, or does not close what was closed
 * to it. Longer than any request that is still being worked on.
 */
export const IDLE_CONNECTION_MS = 120_000;

/** What was accepted has this long to finish when the process is told to stop. */
export const SHUTDOWN_GRACE_MS = 20_000;

/** Longest path parameter, such as an order's reference. */
export const MAX_PATH_PARAMETER_LENGTH = 1_024;
