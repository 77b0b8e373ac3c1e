import { EventStoreError, type RecordedEvent } from '../event-store.js';
import {
  type LogProblem,
  MAX_PROBLEMS,
  UNKNOWN_STREAM,
  unreadBehind,
  type VerifyProgress,
  type VerifyReport,
} from '../verify-report.js';
import { eventCount, everyOrdinal, visitRecord } from './event-record.js';
import { logKey, readPart, streamOfKey } from './layout.js';
import { type LogEnvironment, openLogForReading } from './log-environment.js';
import { LogReader, type LogRecord } from './log-reader.js';

/** Records, or index entries, between two turns of the event loop, in which progress is told. */
export const VERIFIED_AT_ONCE = 500;

/** Below every key of the index; behind a key, below every other one that follows it. */
const FIRST_KEY = Buffer.from([0]);

/**
 * Reads the whole log: every checksum, every event's place in the index, and in the index that every entry has its
 * event and that the revisions of each stream are dense. Appends may go on meanwhile; what comes later is not checked. Between two turns
 * nothing is held: LMDB uses no page again that a reader could still see, so the file of a busy log would grow for as long as one looks at it.
 */
export class LogVerification {
  private readonly problems: LogProblem[] = [];
  private events = 0;
  private streams = 0;
  /** How far everything was read. */
  private position = 0;
  private stream: string | null = null;

  constructor(
    private readonly environment: LogEnvironment,
    private readonly reader: LogReader,
    private readonly onProgress: (progress: VerifyProgress) => void,
    private readonly atOnce = VERIFIED_AT_ONCE,
  ) {}

  async run(): Promise<VerifyReport> {
    try {
      const last = this.reader.lastRecord();
      if (last) {
        const head = BigInt(last.first + Math.max(1, eventCount(last.bytes)) - 1);
        await this.checkLog(last.first, head);
        await this.checkIndex(head);
      }
    } catch (error) {
      // LMDB finds some of the pages that are none, or another's; where it does not, it ends the process.
      const problem = unreadBehind(this.position, this.stream, (error as Error).message);
      this.report(this.position, this.stream ?? UNKNOWN_STREAM, problem);
    }
    return { events: this.events, streams: this.streams, problems: this.problems };
  }

  private async checkLog(lastRecord: number, headPosition: bigint): Promise<void> {
    let next = 1;
    let highest = 0;
    for (let isMore = true; isMore; ) {
      const before = highest;
      let checked = 0;
      for (const record of this.reader.records(highest + 1)) {
        if (record.first > lastRecord || checked === this.atOnce) break;
        if (record.first < next) this.report(record.first, UNKNOWN_STREAM, 'two records claim this position');
        this.events += this.checkRecord(record);
        next = record.first + eventCount(record.bytes);
        this.position = next - 1;
        highest = Math.max(highest, record.first);
        checked += 1;
      }
      // Where a page is another's, what follows may be what came before.
      isMore = checked === this.atOnce && highest > before;
      const checkedPosition = isMore ? BigInt(this.position) : headPosition;
      this.onProgress({ checkedEvents: this.events, headPosition, checkedPosition });
      await this.turn();
    }
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

  private async checkIndex(headPosition: bigint): Promise<void> {
    let nextRevision = 0;
    let highest: Buffer = FIRST_KEY;
    for (;;) {
      const start = highest;
      let checked = 0;
      for (const { key, value } of this.environment.streams.getRange({ start, limit: this.atOnce })) {
        const name = streamOfKey(key);
        const { firstRevision, record, ordinals } = readPart(key, value);
        if (name !== this.stream) {
          this.stream = name;
          nextRevision = 0;
          this.streams += 1;
        }
        this.checkPart(name, record, ordinals);
        if (firstRevision !== nextRevision) {
          this.report(record, name, `its revision ${firstRevision} follows ${nextRevision - 1} in the index`);
        }
        nextRevision = firstRevision + ordinals.length;
        checked += 1;
        if (key.compare(highest) > 0) highest = Buffer.concat([key, FIRST_KEY]);
      }
      if (checked < this.atOnce || highest === start) return;
      const checkedEvents = this.events;
      const stream = this.stream ?? undefined;
      this.onProgress({ checkedEvents, headPosition, checkedPosition: headPosition, stream });
      await this.turn();
    }
  }

  /** Lets other work run, and LMDB use the pages again that were given back meanwhile. */
  private async turn(): Promise<void> {
    await new Promise(setImmediate);
    this.environment.root.resetReadTxn();
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

/** As {@link LogVerification}, from another process than the one that has the log open and writes it. */
export async function verifyBeside(
  directory: string,
  onProgress: (progress: VerifyProgress) => void,
  atOnce?: number,
): Promise<VerifyReport> {
  const environment = openLogForReading(directory);
  try {
    return await new LogVerification(environment, new LogReader(environment), onProgress, atOnce).run();
  } finally {
    await environment.root.close();
  }
}

/** The newest events, checked at every start. */
export const CHECKED_AT_START = 1000;

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
