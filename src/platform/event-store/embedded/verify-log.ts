import { EventStoreError, type RecordedEvent } from '../event-store.js';
import { type LogProblem, MAX_PROBLEMS, type VerifyProgress, type VerifyReport } from '../verify-report.js';
import { eventCount, everyOrdinal, visitRecord } from './event-record.js';
import { logKey, readPart, streamOfKey } from './layout.js';
import type { LogEnvironment } from './log-environment.js';
import type { LogReader, LogRecord } from './log-reader.js';

/** Records, or index entries, between two turns of the event loop, in which progress is told. */
export const VERIFIED_AT_ONCE = 500;

const UNKNOWN_STREAM = '(stream unknown)';

/**
 * Reads the whole log: every checksum, every event's place in the index, and in the index that every entry has its
 * event and that the revisions of each stream are dense. Appends may go on meanwhile; what comes later is not checked.
 */
export class LogVerification {
  private readonly problems: LogProblem[] = [];
  private events = 0;
  private streams = 0;

  constructor(
    private readonly environment: LogEnvironment,
    private readonly reader: LogReader,
    private readonly onProgress: (progress: VerifyProgress) => void,
    private readonly atOnce = VERIFIED_AT_ONCE,
  ) {}

  async run(): Promise<VerifyReport> {
    const last = this.reader.lastRecord();
    if (last) {
      await this.checkLog(last.first, BigInt(last.first + Math.max(1, eventCount(last.bytes)) - 1));
      await this.checkIndex(last.first, BigInt(last.first));
    }
    return { events: this.events, streams: this.streams, problems: this.problems };
  }

  private async checkLog(lastRecord: number, headPosition: bigint): Promise<void> {
    let next = 1;
    let sinceTurn = 0;
    for (const record of this.reader.records()) {
      if (record.first > lastRecord) break;
      if (record.first < next) this.report(record.first, UNKNOWN_STREAM, 'two records claim this position');
      this.events += this.checkRecord(record);
      next = record.first + eventCount(record.bytes);
      sinceTurn += 1;
      if (sinceTurn < this.atOnce) continue;
      sinceTurn = 0;
      this.onProgress({ checkedEvents: this.events, headPosition, checkedPosition: BigInt(next - 1) });
      await new Promise(setImmediate);
    }
    this.onProgress({ checkedEvents: this.events, headPosition, checkedPosition: headPosition });
  }

  /** Answers how many of the record's events are sound. */
  private checkRecord({ first, bytes }: LogRecord): number {
    let sound = 0;
    let from = 0;
    // An event that cannot be read does not hide those behind it, as long as its length can be.
    while (from < Math.max(1, eventCount(bytes))) {
      const next = from;
      const isNext = (ordinal: number): boolean => ordinal >= next;
      const unreadable = visitRecord(bytes, first, isNext, (event, ordinal) => {
        sound += 1;
        this.checkIndexed(event, first, ordinal);
        return true;
      });
      if (!unreadable) break;
      const stream = this.reader.nameOf(first, unreadable) ?? UNKNOWN_STREAM;
      this.report(first + unreadable.ordinal, stream, unreadable.problem);
      from = Math.max(from, unreadable.ordinal) + 1;
    }
    return sound;
  }

  private checkIndexed(event: RecordedEvent, first: number, ordinal: number): void {
    if (this.reader.isIndexed(event.stream, event.revision, first, ordinal)) return;
    this.report(first + ordinal, event.stream, `the index does not lead to its revision ${event.revision}`);
  }

  private async checkIndex(lastRecord: number, headPosition: bigint): Promise<void> {
    let stream = '';
    let nextRevision = 0;
    let sinceTurn = 0;
    for (const { key, value } of this.environment.streams.getRange({})) {
      const name = streamOfKey(key);
      const { firstRevision, record, ordinals } = readPart(key, value);
      if (name !== stream) {
        stream = name;
        nextRevision = 0;
        this.streams += 1;
      }
      if (record <= lastRecord) this.checkPart(name, record, ordinals);
      if (firstRevision !== nextRevision) {
        this.report(record, name, `its revision ${firstRevision} follows ${nextRevision - 1} in the index`);
      }
      nextRevision = firstRevision + ordinals.length;
      sinceTurn += 1;
      if (sinceTurn < this.atOnce) continue;
      sinceTurn = 0;
      const checkedEvents = this.events;
      this.onProgress({ checkedEvents, headPosition, checkedPosition: headPosition, stream: name });
      await new Promise(setImmediate);
    }
  }

  private checkPart(stream: string, record: number, ordinals: readonly number[]): void {
    const bytes = this.environment.log.getBinaryFast(logKey(record));
    const count = bytes ? bytes.readUInt16BE(2) : 0;
    for (const ordinal of ordinals) {
      if (ordinal >= count)
        this.report(record + ordinal, stream, 'the index leads to an event that is not there');
    }
  }

  private report(position: number, stream: string, problem: string): void {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push({ position: BigInt(position), stream, problem });
  }
}

/**
 * Checks the last events of the log, so that a start on a damaged disk is noticed before anything is appended to it.
 * @throws {EventStoreError} `Damaged`
 */
export function checkNewest(environment: LogEnvironment, reader: LogReader, events: number): void {
  let checked = 0;
  for (const { key, value } of environment.log.getRange({
    start: logKey(Number.MAX_SAFE_INTEGER),
    end: logKey(0),
    reverse: true,
  })) {
    const first = Number(key.readBigUInt64BE(0));
    const unreadable = visitRecord(value, first, everyOrdinal, (event, ordinal) => {
      checked += 1;
      if (reader.isIndexed(event.stream, event.revision, first, ordinal)) return true;
      throw new EventStoreError(
        'Damaged',
        `the index does not lead to the event at position ${first + ordinal} of ${event.stream}`,
        'nothing',
      );
    });
    if (unreadable) throw reader.damaged(first, unreadable);
    if (checked >= events) return;
  }
}
