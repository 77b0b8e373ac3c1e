import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';

export const DUPLICATE_KEY = 11_000;
const COLLECTION_EXISTS = 48;
/** What server and driver mark as worth another try: mostly that there is no primary at the moment. */
const RETRYABLE = ['RetryableWriteError', 'RetryableError', 'SystemOverloadedError'];
/**
 * What a server says that is being replaced, stopped, or asked for what died with another one. Only some writes are marked:
 * reads, and commands that the driver does not repeat, have the code alone.
 */
const PASSING: readonly unknown[] = [
  ...[6, 7, 89, 9001], // the server cannot reach another one
  ...[91, 11600], // it shuts down
  ...[189, 10107, 11602, 13435, 13436], // it is not the primary, or not any more
  ...[43, 175, 237], // the cursor is gone, killed, or its collection was dropped
  ...[133, 134, 262], // nobody to read from, no majority yet, the time that the server allows itself is over
];
const OUTAGES = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoNotConnectedError,
] as const;
/** What the driver lets through as it is when a socket ends while it writes to it. */
const SOCKET_ERRORS = ['EPIPE', 'ECONNRESET'];
export const FAILED_VALIDATION = 121;

export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** Whether a collection's validator refused a document. */
export const isFailedValidation = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === FAILED_VALIDATION;

/** Whether the server, or the way to it, failed. */
export const isOutage = (error: unknown): boolean =>
  OUTAGES.some((outage) => error instanceof outage) ||
  SOCKET_ERRORS.includes((error as NodeJS.ErrnoException | null)?.code ?? '') ||
  (error instanceof MongoServerError && PASSING.includes(error.code)) ||
  // A bulk's failure without a code is one of the driver, which keeps nothing of it but the text.
  (error instanceof MongoBulkWriteError && error.code === undefined) ||
  (error instanceof MongoError && RETRYABLE.some((label) => error.hasErrorLabel(label)));

/**
 * The codes of a bulk's single writes that were refused. @throws the error, unless they are all that went wrong: behind
 * them may stand that what was written is not in the journals of the majority.
 */
export function refusedWrites(error: unknown): Set<unknown> {
  if (!(error instanceof MongoBulkWriteError) || error.err || error.result.getWriteConcernError())
    throw error;
  return new Set([error.writeErrors].flat().map(({ code }) => code));
}

/** Whether a collection could not be made because it is there already. */
export const isExisting = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === COLLECTION_EXISTS;
