/** A value, or a promise of it: the embedded engine answers reads at once, a server does not. */
export type MaybePromise<T> = T | Promise<T>;

/** An event as it is to be stored. `data` and `metadata` are JSON text in UTF-8, kept byte for byte. */
export interface NewEvent {
  /** UUID, new for each decision, kept over transport retries alone. */
  readonly id: string;
  readonly type: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
  /** What `data` says, where this process made the event a moment ago: saves whoever follows the log the parsing. */
  readonly body?: object;
  /** When it was decided, as `metadata` says, for the same purpose: milliseconds. */
  readonly atMs?: number;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** 0 for a stream's first event, dense. */
  readonly revision: number;
  /** Order over all streams: increasing, not dense. */
  readonly position: bigint;
}

/** The revision of a stream that does not exist yet, as an expectation and as an answer. */
export const NO_STREAM = -1;

export interface StreamAppend {
  readonly stream: string;
  /** Exact revision of the stream's last event, or {@link NO_STREAM}. There is no "any". */
  readonly expectedRevision: number;
  /** At least one. */
  readonly events: readonly NewEvent[];
}

export interface Appended {
  readonly outcome: 'appended';
  /** Position of the batch's last event. */
  readonly position: bigint;
}

/** An entry met another revision. `index` entries before it were applied (0 on an engine with atomic batches). */
export interface Refused {
  readonly outcome: 'refused';
  readonly index: number;
  readonly stream: string;
  readonly expectedRevision: number;
  readonly actualRevision: number;
}

export interface ReadOptions {
  /** First revision to return; default 0. Backwards: the highest to return; default the last. */
  readonly from?: number;
  readonly backwards?: boolean;
  /** At most this many events; default and maximum {@link MAX_READ_EVENTS}. */
  readonly limit?: number;
}

export const MAX_READ_EVENTS = 4096;
/** Largest single stream append, data and metadata together (EventStoreDB's limit is 1 MiB). */
export const MAX_APPEND_BYTES = 1_000_000;

export interface Subscription {
  /** Stops delivery and waits for the handler call under way. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly streamPrefix?: string;
  /** Told of each failed read and delivery of this subscription before it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * The log of all facts.
 *
 * Guarantees of every engine: an append is acknowledged only when it is on disk; one stream append is atomic; a batch
 * is applied in the given order and stops at the first refusal; with `atomicBatches` a refused batch changed nothing.
 * Appending the same ids and bytes again at the original revisions answers the original result. Positions increase in
 * commit order. A subscription delivers every event after its position exactly in order, however slow its handler.
 */
export abstract class EventStore {
  /** Whether a batch over several streams commits as a whole. */
  abstract readonly atomicBatches: boolean;

  /** @throws {EventStoreError} see its `outcome` for whether something may have been stored. */
  abstract append(batch: readonly StreamAppend[]): Promise<Appended | Refused>;

  /** Events of one stream in order; empty if there is no such stream (or nothing in the range). */
  abstract readStream(stream: string, options?: ReadOptions): MaybePromise<RecordedEvent[]>;

  /**
   * Events of all streams after `after`, in order of position. `after` is 0n or the position of an event: some servers
   * refuse to begin anywhere else.
   */
  abstract readAll(after: bigint, limit?: number): MaybePromise<RecordedEvent[]>;

  /** The event at exactly this position; null if none begins there. */
  async eventAt(position: bigint): Promise<RecordedEvent | null> {
    if (position <= 0n) return null;
    const [event] = await this.readAll(position - 1n, 1);
    return event?.position === position ? event : null;
  }

  /** Position of the last event on disk; 0n if there is none. */
  abstract headPosition(): MaybePromise<bigint>;

  /**
   * Calls `handler` with batches of events after `after`, for as long as it is open. The next batch comes when the
   * handler's promise resolves. A handler that throws gets the same batch again after a back-off.
   */
  abstract subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    options?: SubscribeOptions,
  ): Subscription;

  abstract close(): Promise<void>;
}

export type EventStoreErrorCode =
  | 'StorageFull'
  | 'Unavailable'
  | 'Damaged'
  | 'TooLarge'
  | 'InvalidAppend'
  | 'Closed'
  | 'Failed';

/** The store could not do what was asked: an outage or a programmer's error, never a lost race. */
export class EventStoreError extends Error {
  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    /** `nothing`: certainly nothing was stored. `unknown`: it may have been. */
    readonly outcome: 'nothing' | 'unknown',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EventStoreError';
  }
}

/** The outside form of a position: opaque, ordered as text, fixed width. */
export const formatPosition = (position: bigint): string => position.toString(16).padStart(16, '0');

/** Inverse of {@link formatPosition}; null if the text is not one. */
export const parsePosition = (text: string): bigint | null =>
  /^[0-9a-f]{16}$/.test(text) ? BigInt(`0x${text}`) : null;
