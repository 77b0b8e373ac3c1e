import {
  EventStoreError,
  MAX_READ_EVENTS,
  NO_STREAM,
  type ReadOptions,
  type RecordedEvent,
} from '../event-store.js';
import { type Unreadable, visitRecord } from './event-record.js';
import {
  LAST,
  logKey,
  readNumber,
  readPart,
  type StreamPart,
  streamFloor,
  streamKey,
  streamOfKey,
} from './layout.js';
import type { LogEnvironment } from './log-environment.js';

export interface LogRecord {
  /** Position of its first event. */
  readonly first: number;
  readonly bytes: Buffer;
}

const NO_METADATA = Buffer.alloc(0);

/** Events of one page of a read. */
export const pageSize = (limit = MAX_READ_EVENTS): number => Math.max(0, Math.min(limit, MAX_READ_EVENTS));

/** Reads what is committed, and checks each event's checksum while doing so. */
export class LogReader {
  constructor(private readonly environment: LogEnvironment) {}

  /** Revision of the stream's last event on disk, or {@link NO_STREAM}. */
  headOf(stream: string): number {
    // The first part of every stream has the revision 0: one look-up tells that a stream is not there.
    if (this.environment.streams.getBinaryFast(streamKey(stream, 0)) === undefined) return NO_STREAM;
    const last = this.partAt(stream, LAST);
    return last ? last.firstRevision + last.ordinals.length - 1 : NO_STREAM;
  }

  readStream(stream: string, options: ReadOptions = {}): RecordedEvent[] {
    const limit = pageSize(options.limit);
    if (limit === 0) return [];
    return options.backwards
      ? this.readBackwards(stream, options.from ?? LAST, limit)
      : this.readForwards(stream, Math.max(0, options.from ?? 0), limit);
  }

  /** Events with positions after `after`, at most `limit`. */
  readAll(after: number, limit?: number): RecordedEvent[] {
    const wanted = pageSize(limit);
    const events: RecordedEvent[] = [];
    if (wanted === 0) return events;
    const start = this.lastRecord(after + 1)?.first ?? 1;
    for (const { first, bytes } of this.records(start)) {
      const take = (event: RecordedEvent): boolean => events.push(event) < wanted;
      const unreadable = visitRecord(bytes, first, (ordinal) => first + ordinal > after, take);
      // What could be read before the damage is still delivered; whoever goes on from there meets it.
      if (unreadable && events.length === 0) throw this.damaged(first, unreadable);
      if (unreadable || events.length >= wanted) break;
    }
    return events;
  }

  /** The last record that begins at or before a position. */
  lastRecord(position: number = LAST): LogRecord | null {
    for (const { key, value } of this.environment.log.getRange({
      start: logKey(position),
      end: logKey(0),
      reverse: true,
      limit: 1,
    })) {
      return { first: readNumber(key, 0), bytes: value };
    }
    return null;
  }

  *records(from = 1): Generator<LogRecord> {
    for (const { key, value } of this.environment.log.getRange({ start: logKey(from) })) {
      yield { first: readNumber(key, 0), bytes: value };
    }
  }

  /** The part of a stream that begins at or before a revision. */
  partAt(stream: string, revision: number): StreamPart | null {
    for (const { key, value } of this.environment.streams.getRange({
      start: streamKey(stream, revision),
      end: streamFloor(stream),
      reverse: true,
      limit: 1,
    })) {
      return readPart(key, value);
    }
    return null;
  }

  /** Whether the index says that a stream's revision is at this place of the log. */
  isIndexed(stream: string, revision: number, first: number, ordinal: number): boolean {
    const part = this.partAt(stream, revision);
    return part?.record === first && part.ordinals[revision - part.firstRevision] === ordinal;
  }

  damaged(first: number, unreadable: Unreadable): EventStoreError {
    const stream = this.nameOf(first, unreadable) ?? 'a stream that cannot be told';
    const position = first + unreadable.ordinal;
    return new EventStoreError(
      'Damaged',
      `the event at position ${position} of ${stream} is damaged: ${unreadable.problem}`,
      'nothing',
    );
  }

  /** Which stream a damaged event belongs to: what it says itself if the index agrees, else by searching the index. */
  nameOf(first: number, { stream, revision, ordinal }: Unreadable): string | null {
    if (stream !== undefined && revision !== undefined && stream.length > 0 && stream.length <= 400) {
      if (Number.isSafeInteger(revision) && this.isIndexed(stream, revision, first, ordinal)) return stream;
    }
    for (const { key, value } of this.environment.streams.getRange({})) {
      const part = readPart(key, value);
      if (part.record === first && part.ordinals.includes(ordinal)) return streamOfKey(key);
    }
    return null;
  }

  private readForwards(stream: string, from: number, limit: number): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    // Most streams that are asked for from their beginning are about to be created.
    if (from === 0 && this.environment.streams.getBinaryFast(streamKey(stream, 0)) === undefined)
      return events;
    const start = from === 0 ? 0 : (this.partAt(stream, from)?.firstRevision ?? 0);
    for (const { key, value } of this.environment.streams.getRange({
      start: streamKey(stream, start),
      end: streamKey(stream, LAST),
    })) {
      const part = readPart(key, value);
      const skip = Math.max(0, from - part.firstRevision);
      const ordinals = part.ordinals.slice(skip, skip + limit - events.length);
      this.readPart(stream, part, part.firstRevision + skip, ordinals, events);
      if (events.length >= limit) break;
    }
    return events;
  }

  private readBackwards(stream: string, from: number, limit: number): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    if (from < 0) return events;
    for (const { key, value } of this.environment.streams.getRange({
      start: streamKey(stream, from),
      end: streamFloor(stream),
      reverse: true,
    })) {
      const part = readPart(key, value);
      const end = Math.min(part.ordinals.length, from - part.firstRevision + 1);
      const begin = Math.max(0, end - (limit - events.length));
      const forwards: RecordedEvent[] = [];
      const ordinals = part.ordinals.slice(begin, end);
      this.readPart(stream, part, part.firstRevision + begin, ordinals, forwards);
      events.push(...forwards.reverse());
      if (events.length >= limit) break;
    }
    return events;
  }

  /** Adds the events at these ordinals of a part's record, the first of which has the revision `revision`. */
  private readPart(
    stream: string,
    { record: first }: StreamPart,
    revision: number,
    ordinals: readonly number[],
    events: RecordedEvent[],
  ): void {
    if (ordinals.length === 0) return;
    const damaged = (ordinal: number, problem: string): EventStoreError =>
      this.damaged(first, { ordinal, problem, stream, revision: revision + ordinals.indexOf(ordinal) });
    // In lmdb's own space, until the next read: a record of many streams is not copied for each of them.
    const bytes = this.environment.log.getBinaryFast(logKey(first));
    if (!bytes) throw damaged(ordinals[0]!, 'its record is missing');
    let taken = 0;
    let view: Buffer | null = null;
    let metadata: Buffer = NO_METADATA;
    const isNext = (ordinal: number): boolean => ordinal === ordinals[taken];
    const unreadable = visitRecord(bytes, first, isNext, (event, ordinal) => {
      if (event.stream !== stream || event.revision !== revision + taken) {
        throw damaged(ordinal, 'another event is in its place');
      }
      if (event.metadata !== view) metadata = Buffer.from(event.metadata);
      view = event.metadata;
      events.push({ ...event, data: Buffer.from(event.data), metadata });
      taken += 1;
      return taken < ordinals.length;
    });
    if (unreadable) throw damaged(ordinals[taken] ?? unreadable.ordinal, unreadable.problem);
  }
}
