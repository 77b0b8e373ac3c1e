import { crc32c } from '@node-rs/crc32';
import type { NewEvent, RecordedEvent, StreamAppend } from '../event-store.js';
import { readNumber, writeNumber } from './layout.js';

/**
 * Stored format of a record, version 2; all numbers big-endian. A record is a 4-byte head (version, zero, number of
 * events) and the events of one or more batches in order, each:
 *
 *     crc32c u32 (over everything after it) | bytes after this field u32 | position u64 | revision u64 |
 *     id 36 | type bytes u8 | stream bytes u16 | data bytes u32 | type | stream | data | metadata
 *
 * The events of one decision have the same metadata. It stands with the first of them; the others have none, and the
 * highest bit of their data bytes set. Their checksum goes on over the metadata that they share. It covers the position,
 * so that a record found in another's place is noticed as well. In version 1 each event has metadata of its own.
 */
const VERSION = 2;
const READ_VERSIONS: readonly number[] = [1, VERSION];
const HEAD_BYTES = 4;
const LENGTH_AT = 4;
const POSITION_AT = 8;
const REVISION_AT = 16;
const ID_AT = 24;
const ID_BYTES = 36;
const TYPE_BYTES_AT = 60;
const STREAM_BYTES_AT = 61;
const DATA_BYTES_AT = 63;
const TEXT_AT = 67;
/** In the data bytes: the metadata is that of the event before. */
const SHARES_METADATA = 0x8000_0000;

export interface RecordSpace {
  /** A buffer of at least this size, of which `keep` takes the front for good. */
  reserve(bytes: number): Buffer;
  keep(bytes: number): Buffer;
}

const largestEvent = (event: NewEvent, stream: string): number =>
  TEXT_AT + 3 * (event.type.length + stream.length) + event.data.length + event.metadata.length;

function largestRecord(batch: readonly StreamAppend[]): number {
  let bytes = HEAD_BYTES;
  for (const { stream, events } of batch) {
    for (const event of events) bytes += largestEvent(event, stream);
  }
  return bytes;
}

/** An event at its place in the log. */
interface Placed {
  readonly event: NewEvent;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  /** Whether its metadata is that of the event before it in the record. */
  readonly shares: boolean;
}

/** Writes one event at `start` and returns where it ends. */
function writeEvent(target: Buffer, start: number, placed: Placed): number {
  const { event, stream, revision, position, shares } = placed;
  writeNumber(target, position, start + POSITION_AT);
  writeNumber(target, revision, start + REVISION_AT);
  target.write(event.id, start + ID_AT, 'latin1');
  const typeBytes = target.write(event.type, start + TEXT_AT, 'utf8');
  const streamBytes = target.write(stream, start + TEXT_AT + typeBytes, 'utf8');
  target.writeUInt8(typeBytes, start + TYPE_BYTES_AT);
  target.writeUInt16BE(streamBytes, start + STREAM_BYTES_AT);
  target.writeUInt32BE(event.data.length + (shares ? SHARES_METADATA : 0), start + DATA_BYTES_AT);
  const dataAt = start + TEXT_AT + typeBytes + streamBytes;
  target.set(event.data, dataAt);
  let end = dataAt + event.data.length;
  if (!shares) {
    target.set(event.metadata, end);
    end += event.metadata.length;
  }
  target.writeUInt32BE(end - start - POSITION_AT, start + LENGTH_AT);
  const own = crc32c(target.subarray(start + LENGTH_AT, end));
  target.writeUInt32BE(shares ? crc32c(event.metadata, own) : own, start);
  return end;
}

/** The record of checked batches, one after the other, whose first event has the position `first`. */
export function encodeRecord(space: RecordSpace, first: number, batch: readonly StreamAppend[]): Buffer {
  const target = space.reserve(largestRecord(batch));
  let end = HEAD_BYTES;
  let position = first;
  let metadata: Buffer | null = null;
  for (const { stream, expectedRevision, events } of batch) {
    let revision = expectedRevision;
    for (const event of events) {
      revision += 1;
      // One decision's events come with one buffer: there is no need to look into it.
      const shares = event.metadata === metadata;
      end = writeEvent(target, end, { event, stream, revision, position, shares });
      metadata = event.metadata;
      position += 1;
    }
  }
  target.writeUInt8(VERSION, 0);
  target.writeUInt8(0, 1);
  target.writeUInt16BE(position - first, 2);
  return space.keep(end);
}

/** What does not read as it was written: `ordinal` is the first such event, `stream` its name if it can be told. */
export interface Unreadable {
  readonly ordinal: number;
  readonly problem: string;
  readonly stream?: string;
  readonly revision?: number;
}

export const eventCount = (record: Buffer): number =>
  record.length < HEAD_BYTES ? 0 : record.readUInt16BE(2);

const sharesMetadata = (record: Buffer, start: number): boolean =>
  record.readUInt8(start + DATA_BYTES_AT) >= SHARES_METADATA / 2 ** 24;

const endOf = (record: Buffer, start: number): number =>
  start + POSITION_AT + record.readUInt32BE(start + LENGTH_AT);

/** Reads the event at `start`, whose metadata stands with an event before it if it `shares` it. */
function readEvent(
  record: Buffer,
  start: number,
  { metadata, shares }: { metadata: Buffer; shares: boolean },
  position: number,
): RecordedEvent | string {
  if (start + TEXT_AT > record.length) return 'the record ends too early';
  const end = endOf(record, start);
  if (end > record.length) return 'the record ends too early';
  const own = crc32c(record.subarray(start + LENGTH_AT, end));
  if ((shares ? crc32c(metadata, own) : own) !== record.readUInt32BE(start)) {
    return 'the checksum does not match';
  }
  if (readNumber(record, start + POSITION_AT) !== position) return 'it was written for another position';
  return parseEvent(record, start, metadata, position);
}

/** Where the data of the event at `start` begins. */
const dataAt = (record: Buffer, start: number): number =>
  start + TEXT_AT + record.readUInt8(start + TYPE_BYTES_AT) + record.readUInt16BE(start + STREAM_BYTES_AT);

const dataBytes = (record: Buffer, start: number): number =>
  record.readUInt32BE(start + DATA_BYTES_AT) % SHARES_METADATA;

/** What follows the data of an event; what a damaged one says of its length is cut to what there is. */
const metadataOf = (record: Buffer, start: number): Buffer =>
  record.subarray(dataAt(record, start) + dataBytes(record, start), endOf(record, start));

function parseEvent(record: Buffer, start: number, metadata: Buffer, position: number): RecordedEvent {
  const streamAt = start + TEXT_AT + record.readUInt8(start + TYPE_BYTES_AT);
  const data = dataAt(record, start);
  return {
    stream: record.toString('utf8', streamAt, data),
    revision: readNumber(record, start + REVISION_AT),
    position: BigInt(position),
    id: record.toString('latin1', start + ID_AT, start + ID_AT + ID_BYTES),
    type: record.toString('utf8', start + TEXT_AT, streamAt),
    data: record.subarray(data, data + dataBytes(record, start)),
    metadata,
  };
}

const NO_METADATA = Buffer.alloc(0);

/** The name and revision that a damaged event seems to have: to be confirmed by the index. */
function guess(record: Buffer, start: number): { stream: string; revision: number } | undefined {
  if (start + TEXT_AT > record.length) return undefined;
  const { stream, revision } = parseEvent(record, start, NO_METADATA, 0);
  return { stream, revision };
}

/**
 * Calls `visit` with the events of a record whose ordinals `wants` answers for, until it returns false. Every event
 * visited had its checksum checked; the others are passed over unread. Bodies are views of the record, and one view is the
 * metadata of all that share it. Answers what could not be read, if anything.
 */
export function visitRecord(
  record: Buffer,
  first: number,
  wants: (ordinal: number) => boolean,
  visit: (event: RecordedEvent, ordinal: number) => boolean,
): Unreadable | null {
  if (record.length < HEAD_BYTES || !READ_VERSIONS.includes(record.readUInt8(0))) {
    return { ordinal: 0, problem: 'the head of the record is damaged', ...guess(record, HEAD_BYTES) };
  }
  const count = eventCount(record);
  let start = HEAD_BYTES;
  let owner = start;
  let metadata: Buffer | null = null;
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    if (start + TEXT_AT > record.length) return { ordinal, problem: 'the record ends too early' };
    const shares = sharesMetadata(record, start);
    if (!shares) [owner, metadata] = [start, null];
    if (wants(ordinal)) {
      metadata ??= metadataOf(record, owner);
      const event = readEvent(record, start, { metadata, shares }, first + ordinal);
      if (typeof event === 'string') return { ordinal, problem: event, ...guess(record, start) };
      if (!visit(event, ordinal)) return null;
    }
    start = endOf(record, start);
  }
  if (start === record.length && count > 0) return null;
  return { ordinal: Math.max(0, count - 1), problem: 'the record does not end with its last event' };
}

/** For {@link visitRecord}: all events of the record. */
export const everyOrdinal = (): boolean => true;
