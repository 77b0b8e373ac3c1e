/** Bounds of the inventory context. */
export const KEYS_PER_LOT = 1000;
export const KEYS_PER_INTAKE_EVENT = 32;
/** Largest append that opens a lot, bytes. */
export const LOT_BYTES = 512 * 1024;
/** Reservations of one slot that a key number can tell apart: the number stays a safe integer. */
export const RESERVATIONS_PER_SLOT = 9000;
/** Distance between the key numbers of one slot's successive reservations. */
export const RESERVATION_STRIDE = 1_000_000_000_000;
export const KEY_TEXT_CODE_POINTS = 2000;
export const SERIAL_CODE_POINTS = 200;
/** Lots of one process that are announced and not yet reflected in its fingerprint index. */
export const LOTS_IN_FLIGHT = 4;
/** Lots that are asked about returning keys without looking at the index's hint first. */
export const LOTS_ASKED_AT_ONCE = 8;
/** Keys handled between two turns of the event loop, so that sales in the same process go on. */
export const KEYS_PER_SLICE = 64;
/** Keys in one AddKeys command; more come in as a file. */
export const KEYS_PER_COMMAND = 50_000;
/** Intake events whose ciphertexts are kept parsed, of at most 32 keys each. */
export const CACHED_INTAKE_EVENTS = 2048;
/** Longest line of an import file, bytes; a longer one is reported and skipped. */
export const IMPORT_LINE_BYTES = 64 * 1024;
/** Lines that a quoted field of an import file is followed for; it is refused as a whole. */
export const IMPORT_QUOTED_LINES = 100;
/** What is read of an import file at a time, bytes. */
export const IMPORT_CHUNK_BYTES = 256 * 1024;
/** Lines that a batch of an import goes over: those that are refused or were settled before fill no lot. */
export const IMPORT_BATCH_LINES = 5000;
/** Batches of an import that are under way at once. */
export const IMPORT_BATCHES = 3;
/**
 * Intake events read at once: keys are mostly sold in the order of their slots, and a read costs the same for
 * a few.
 */
export const INTAKE_EVENTS_READ = 4;
/** Announcements read at once when the lots of a package are looked up. */
export const ANNOUNCEMENTS_READ = 1000;
/** Lots looked at in one decision when a whole package is asked about. */
export const LOTS_PER_LOOK = 16;
/** Events of a lot looked at between two turns of the event loop. */
export const EVENTS_PER_SLICE = 256;
