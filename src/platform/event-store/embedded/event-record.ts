import { crc32c } from '@node-rs/crc32';
import type { NewEvent, RecordedEvent, StreamAppend } from '../event-store.js';
import { readNumber, writeNumber } from './layout.js';

/**
 * Stored format of a record, version 1; all numbers big-endian. A record is a 4-byte head (version, zero, number of
 * events) and the events of one or more batches in order, each:
 *
 *     crc32c u32 (over everything after it) | bytes after this field u32 | position u64 | revision u64 |
 *     id 36 | type bytes u8 | stream bytes u16 | data bytes u32 | type | stream | data | metadata
 *
 * The checksum covers the position, so that a record found in another's place is noticed as well.
 */
const VERSION = 1;
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

/** Writes one event at `start` and returns where it ends. */
function writeEvent(
  target: Buffer,
  start: number,
  event: NewEvent,
  stream: string,
  revision: number,
  position: number,
): number {
  writeNumber(target, position, start + POSITION_AT);
  writeNumber(target, revision, start + REVISION_AT);
  target.write(event.id, start + ID_AT, 'latin1');
  const typeBytes = target.write(event.type, start + TEXT_AT, 'utf8');
  const streamBytes = target.write(stream, start + TEXT_AT + typeBytes, 'utf8');
  target.writeUInt8(typeBytes, start + TYPE_BYTES_AT);
  target.writeUInt16BE(streamBytes, start + STREAM_BYTES_AT);
  target.writeUInt32BE(event.data.length, start + DATA_BYTES_AT);
  const dataAt = start + TEXT_AT + typeBytes + streamBytes;
  target.set(event.data, dataAt);
  target.set(event.metadata, dataAt + event.data.length);
  const end = dataAt + event.data.length + event.metadata.length;
  target.writeUInt32BE(end - start - POSITION_AT, start + LENGTH_AT);
  target.writeUInt32BE(crc32c(target.subarray(start + LENGTH_AT, end)), start);
  return end;
}

/** The record of checked batches, one after the other, whose first event has the position `first`. */
export function encodeRecord(space: RecordSpace, first: number, batch: readonly StreamAppend[]): Buffer {
  const target = space.reserve(largestRecord(batch));
  let end = HEAD_BYTES;
  let count = 0;
  for (const { stream, expectedRevision, events } of batch) {
    for (let index = 0; index < events.length; index += 1) {
      end = writeEvent(target, end, events[index]!, stream, expectedRevision + 1 + index, first + count);
      count += 1;
    }
  }
  target.writeUInt8(VERSION, 0);
  target.writeUInt8(0, 1);
  target.writeUInt16BE(count, 2);
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

function readEvent(record: Buffer, start: number, position: number): RecordedEvent | string {
  if (start + TEXT_AT > record.length) return 'the record ends too early';
  const end = start + POSITION_AT + record.readUInt32BE(start + LENGTH_AT);
  if (end > record.length) return 'the record ends too early';
  if (crc32c(record.subarray(start + LENGTH_AT, end)) !== record.readUInt32BE(start)) {
    return 'the checksum does not match';
  }
  if (readNumber(record, start + POSITION_AT) !== position) return 'it was written for another position';
  return parseEvent(record, start, end, position);
}

function parseEvent(record: Buffer, start: number, end: number, position: number): RecordedEvent {
  const streamAt = start + TEXT_AT + record.readUInt8(start + TYPE_BYTES_AT);
  const dataAt = streamAt + record.readUInt16BE(start + STREAM_BYTES_AT);
  const metadataAt = dataAt + record.readUInt32BE(start + DATA_BYTES_AT);
  return {
    stream: record.toString('utf8', streamAt, dataAt),
    revision: readNumber(record, start + REVISION_AT),
    position: BigInt(position),
    id: record.toString('latin1', start + ID_AT, start + ID_AT + ID_BYTES),
    type: record.toString('utf8', start + TEXT_AT, streamAt),
    data: record.subarray(dataAt, metadataAt),
    metadata: record.subarray(metadataAt, end),
  };
}

/** The name and revision that a damaged event seems to have: to be confirmed by the index. */
function guess(record: Buffer, start: number): { stream: string; revision: number } | undefined {
  if (start + TEXT_AT > record.length) return undefined;
  const { stream, revision } = parseEvent(record, start, start, 0);
  return { stream, revision };
}

/**
 * Calls `visit` with the events of a record whose ordinals `wants` answers for, until it returns false. Every event
 * visited had its checksum checked; the others are passed over unread. Answers what could not be read, if anything.
 */
export function visitRecord(
  record: Buffer,
  first: number,
  wants: (ordinal: number) => boolean,
  visit: (event: RecordedEvent, ordinal: number) => boolean,
): Unreadable | null {
  if (record.length < HEAD_BYTES || record.readUInt8(0) !== VERSION) {
    return { ordinal: 0, problem: 'the head of the record is damaged', ...guess(record, HEAD_BYTES) };
  }
  const count = eventCount(record);
  let start = HEAD_BYTES;
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    if (wants(ordinal)) {
      const event = readEvent(record, start, first + ordinal);
      if (typeof event === 'string') return { ordinal, problem: event, ...guess(record, start) };
      if (!visit(event, ordinal)) return null;
    } else if (start + TEXT_AT > record.length) {
      return { ordinal, problem: 'the record ends too early' };
    }
    start += POSITION_AT + record.readUInt32BE(start + LENGTH_AT);
  }
  if (start === record.length && count > 0) return null;
  return { ordinal: Math.max(0, count - 1), problem: 'the record does not end with its last event' };
}

/** For {@link visitRecord}: all events of the record. */
export const everyOrdinal = (): boolean => true;
