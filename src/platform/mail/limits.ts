/** Bounds of sending mail. */

/** One attempt, whatever the other side does. */
export const ATTEMPT_TIMEOUT_MS = 60_000;
/** As many as messages are under way at once: waiting for one would be a part of an attempt's time. */
export const RESEND_CONNECTIONS = 16;
export const RESEND_TIMEOUT_MS = 30_000;
/** Bytes of an answer that are read. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** Half of the messages under way: a message is four questions and answers, and servers count connections. */
export const SMTP_CONNECTIONS = 8;
export const SMTP_CONNECT_TIMEOUT_MS = 15_000;
export const SMTP_SILENCE_TIMEOUT_MS = 30_000;
/** Messages that the development mailbox keeps; the oldest go first. */
export const MAILBOX_MESSAGES = 200;
