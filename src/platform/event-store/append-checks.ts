import {
  EventStoreError,
  MAX_APPEND_BYTES,
  type NewEvent,
  NO_STREAM,
  type RecordedEvent,
  type StreamAppend,
} from './event-store.js';

/** UTF-8 bytes of a stream name: the embedded engine uses it as a key, EventStoreDB allows more. */
const MAX_STREAM_NAME_BYTES = 400;
const MAX_TYPE_BYTES = 200;
const MAX_BATCH_ENTRIES = 4096;
/** The embedded engine counts a record's events in two bytes. */
export const MAX_BATCH_EVENTS = 65_535;
/** All entries of a batch together: it is held in memory, and committed, as one piece. */
const MAX_BATCH_BYTES = 16_000_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function invalid(message: string): never {
  throw new EventStoreError('InvalidAppend', message, 'nothing');
}

function tooLarge(what: string, bytes: number, limit: number): never {
  throw new EventStoreError('TooLarge', `${what} has ${bytes} bytes, the limit is ${limit}`, 'nothing');
}

function checkStreamName(stream: string): void {
  if (typeof stream !== 'string' || stream.length === 0) invalid('a stream name must not be empty');
  if (stream.includes('\0')) invalid('a stream name must not contain NUL');
  // A UTF-16 unit has at most three bytes in UTF-8, so the usual name needs no counting.
  if (stream.length * 3 <= MAX_STREAM_NAME_BYTES) return;
  if (Buffer.byteLength(stream) > MAX_STREAM_NAME_BYTES) {
    invalid(`a stream name has at most ${MAX_STREAM_NAME_BYTES} bytes: ${stream.slice(0, 60)}…`);
  }
}

function checkEvent(event: NewEvent, stream: string): void {
  if (!UUID.test(event.id)) invalid(`${stream}: an event's id must be a lower-case UUID, not ${event.id}`);
  if (event.type.length === 0 || Buffer.byteLength(event.type) > MAX_TYPE_BYTES) {
    invalid(`${stream}: an event type has 1 to ${MAX_TYPE_BYTES} bytes`);
  }
  if (!Buffer.isBuffer(event.data) || !Buffer.isBuffer(event.metadata)) {
    invalid(`${stream}: data and metadata must be buffers`);
  }
}

/**
 * How much a batch may hold. All else that is demanded of it is so by the way in which it is made: whoever lets others rest on it before it is
 * stored looks at this first.
 * @throws {EventStoreError} `InvalidAppend` or `TooLarge`, nothing stored.
 */
export function checkSizes(batch: readonly StreamAppend[]): void {
  if (batch.length > MAX_BATCH_ENTRIES) invalid(`a batch has at most ${MAX_BATCH_ENTRIES} entries`);
  let batchBytes = 0;
  let batchEvents = 0;
  for (const { stream, events } of batch) {
    let bytes = 0;
    for (const { data, metadata } of events) bytes += data.length + metadata.length;
    if (bytes > MAX_APPEND_BYTES) tooLarge(`an append to ${stream}`, bytes, MAX_APPEND_BYTES);
    batchBytes += bytes;
    batchEvents += events.length;
  }
  if (batchEvents > MAX_BATCH_EVENTS) invalid(`a batch has at most ${MAX_BATCH_EVENTS} events`);
  if (batchBytes > MAX_BATCH_BYTES) tooLarge('a batch', batchBytes, MAX_BATCH_BYTES);
}

/**
 * What every engine demands of a batch before it looks at revisions, so that no engine accepts what another refuses.
 * @throws {EventStoreError} `InvalidAppend` or `TooLarge`, nothing stored.
 */
export function checkBatch(batch: readonly StreamAppend[]): void {
  if (batch.length === 0) invalid('a batch needs at least one entry');
  for (const entry of batch) {
    checkStreamName(entry.stream);
    if (!Number.isSafeInteger(entry.expectedRevision) || entry.expectedRevision < NO_STREAM) {
      invalid(`${entry.stream}: ${entry.expectedRevision} is no revision to expect`);
    }
    if (entry.events.length === 0) invalid(`${entry.stream}: an append needs at least one event`);
    for (const event of entry.events) checkEvent(event, entry.stream);
  }
  checkSizes(batch);
}

/** Whether a stored event is the same one as it was sent: id, type and every byte. */
export const isSameEvent = (stored: RecordedEvent | undefined, sent: NewEvent): stored is RecordedEvent =>
  stored !== undefined &&
  stored.id === sent.id &&
  stored.type === sent.type &&
  stored.data.equals(sent.data) &&
  stored.metadata.equals(sent.metadata);
