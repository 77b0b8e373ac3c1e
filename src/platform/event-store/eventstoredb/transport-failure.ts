import { EventStoreError } from '../event-store.js';

/** Status codes of gRPC after which asking again helps nobody. */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;

/** The server, or the way to it, failed. What was under way may have been done or not. */
export class TransportFailure extends Error {
  constructor(
    message: string,
    /** False: the request was certainly not carried out. */
    readonly inDoubt: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TransportFailure';
  }
}

/**
 * Whether the server says that no event begins at the position that a read named: `Trying to read from an invalid
 * position`, `Unexpected FilteredReadAllResult: InvalidPosition`, or `… Error` where it took bytes in the midst of an event
 * for one, as versions before 23 always say.
 */
export const isNoPosition = (error: unknown): boolean =>
  error instanceof Error &&
  /position|ReadAllResult: Error/i.test(error.message) &&
  !/unavailable/i.test(error.message);

/** What an error of the connection means: mostly an outage, sometimes a server that will never do what is asked. */
export function failureOf(error: unknown, inDoubt: boolean): TransportFailure | EventStoreError {
  if (error instanceof TransportFailure || error instanceof EventStoreError) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  const outcome = inDoubt ? 'unknown' : 'nothing';
  const failed = (text: string) => new EventStoreError('Failed', text, outcome, { cause: error });
  // Some of the server's messages are empty.
  const text = `EventStoreDB: ${message || `status ${String(code)}`}`;
  switch (code) {
    case UNAUTHENTICATED:
      return failed('EventStoreDB does not let this user in');
    case PERMISSION_DENIED:
      return failed(
        'EventStoreDB does not let this user read: it must be allowed to read $all, as members of $admins are',
      );
    case UNIMPLEMENTED:
      return failed('this EventStoreDB is too old: 21.10 or newer is needed');
    case INVALID_ARGUMENT:
    case FAILED_PRECONDITION:
    case OUT_OF_RANGE:
      return failed(text);
    default:
      return new TransportFailure(text, inDoubt, { cause: error });
  }
}

/** What the server said of an append that it did not store and that met no other revision. */
export function refusedAppend(kind: string, message: string): TransportFailure | EventStoreError {
  const failed = (text: string) => new EventStoreError('Failed', text, 'nothing');
  switch (kind) {
    case 'AccessDenied':
      return failed('EventStoreDB does not let this user append');
    case 'StreamDeleted':
      return failed('the stream was deleted in EventStoreDB');
    case 'MaximumAppendSizeExceeded':
    case 'MaximumAppendEventSizeExceeded':
      return new EventStoreError('TooLarge', 'the append is larger than EventStoreDB allows', 'nothing');
    case 'BadRequest':
      return failed(`EventStoreDB refused the request: ${message}`);
    case 'Empty':
      // "Server Is Not Ready", "Server Is Busy", "No leader info …": it says so instead of writing.
      return new TransportFailure(`EventStoreDB: ${message}`, !/not ready|busy|leader/i.test(message));
    default:
      return new TransportFailure(`EventStoreDB: ${kind} ${message}`, true);
  }
}

/** The failure of a batch of which some entries are stored. */
export const partly = (error: unknown): unknown =>
  error instanceof EventStoreError
    ? new EventStoreError(error.code, error.message, 'unknown', { cause: error })
    : error;
