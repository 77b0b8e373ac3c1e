import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';

export const DUPLICATE_KEY = 11_000;
const COLLECTION_EXISTS = 48;
/** What the driver marks as worth another try: mostly that there is no primary at the moment. */
const RETRYABLE = ['RetryableWriteError', 'RetryableReadError'];
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
  (error instanceof MongoError && RETRYABLE.some((label) => error.hasErrorLabel(label)));

/** Whether a collection could not be made because it is there already. */
export const isExisting = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === COLLECTION_EXISTS;
