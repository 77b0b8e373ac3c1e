/** Longest address that requests are sent to. */
export const MAX_TARGET_LENGTH = 2_048;
/** For name look-up, connection, request and answer together. */
export const SEND_TIMEOUT_MS = 15_000;
/** What is read of an answer; the rest is left unread. */
export const MAX_RESPONSE_BYTES = 4_096;
export const MAX_RESPONSE_HEADER_BYTES = 16_384;
/** Addresses of one name that are looked at; a name with more is refused. */
export const MAX_ADDRESSES = 32;
