/** Stream appends sent and not yet answered. The server gains nothing from more. */
export const MAX_APPENDS_IN_FLIGHT = 256;
/** Batches that were accepted and are not finished. One more is refused at once, with nothing stored. */
export const MAX_WAITING_BATCHES = 4096;
/** Bytes of events in those batches. */
export const MAX_WAITING_BYTES = 64_000_000;

/** One attempt of an append. The server itself gives up a write after about two seconds and says so. */
export const APPEND_ATTEMPT_MS = 8_000;
/** How long an append goes on trying while the server is away, before its caller is told. */
export const APPEND_PATIENCE_MS = 20_000;
/** A read that hears nothing for so long has failed. A filter that matches nothing scans about a million events a second. */
export const READ_SILENCE_MS = 20_000;
/** How long a read goes on trying while the server is away. */
export const READ_PATIENCE_MS = 10_000;
/** One question about the server itself. */
export const PING_MS = 5_000;

export const FIRST_BACKOFF_MS = 50;
export const MAX_BACKOFF_MS = 2_000;

/** Events that the server looks at in one step while it searches for those of our streams. */
export const SEARCH_WINDOW = 2_048;

/** Newest events kept between the live subscription and its consumers. */
export const MAX_BUFFERED_EVENTS = 8_192;
export const MAX_BUFFERED_BYTES = 32_000_000;
