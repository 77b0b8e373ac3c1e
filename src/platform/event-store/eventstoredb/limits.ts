/** Stream appends sent and not yet answered. The server gains nothing from more. */
export const MAX_APPENDS_IN_FLIGHT = 256;
/** Batches that were accepted and are not finished. One more is refused at once, with nothing stored. */
export const MAX_WAITING_BATCHES = 4096;
/** Bytes of events in those batches. */
export const MAX_WAITING_BYTES = 64_000_000;

/** How long to wait for a server that is slow or away. */
export interface Timeouts {
  /** One attempt of an append. The server itself gives up a write after about two seconds, and says so. */
  readonly appendAttemptMs: number;
  /** All attempts of an append that may have been stored: finding that out is worth waiting for. */
  readonly doubtMs: number;
  /** All attempts of an append that is certainly not stored, and of a read. */
  readonly awayMs: number;
  /** A read that hears nothing for so long has failed. */
  readonly readSilenceMs: number;
  /**
   * The same of whoever waits for the server to search its whole log: a filter that matches nothing scans about a million
   * of other people's events a second, and says nothing meanwhile. The keep-alive finds a server that is gone.
   */
  readonly searchSilenceMs: number;
  /** One question about the server itself. */
  readonly pingMs: number;
}

export const TIMEOUTS: Timeouts = {
  appendAttemptMs: 8_000,
  doubtMs: 20_000,
  awayMs: 5_000,
  readSilenceMs: 20_000,
  searchSilenceMs: 300_000,
  pingMs: 3_000,
};

/** The end of a connection that nothing waits for any more. */
export const CLOSE_MS = 1_000;

export const FIRST_BACKOFF_MS = 50;
export const MAX_BACKOFF_MS = 2_000;

/** Events that the server looks at in one step while it searches for those of our streams. */
export const SEARCH_WINDOW = 2_048;

/** Newest events kept between the live subscription and its consumers. */
export const MAX_BUFFERED_EVENTS = 8_192;
export const MAX_BUFFERED_BYTES = 32_000_000;
