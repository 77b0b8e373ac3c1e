import { IF_EXISTS } from 'lmdb';
import { commitErrorOf } from '../../lmdb/environment.js';
import type { KeptFile } from '../../lmdb/kept-file.js';
import { LAST_BYTES, Room } from '../../lmdb/room.js';
import { isSameEvent } from '../append-checks.js';
import {
  type Appended,
  EventStoreError,
  MAX_APPEND_BYTES,
  type Refused,
  type StreamAppend,
} from '../event-store.js';
import { classifyCommitFailure, failed, notAttempted, notAttemptedAfter } from './commit-failure.js';
import { encodeRecord, eventCount } from './event-record.js';
import { InOrder } from './in-order.js';
import { logKey, partBytes, streamKey, writePart } from './layout.js';
import { type LogEnvironment, ownerTable } from './log-environment.js';
import type { LogReader } from './log-reader.js';
import { RecordGroup } from './record-group.js';
import { SlabSpace } from './record-space.js';
import { StreamHeads } from './stream-heads.js';
import { TurnRefusal } from './turn-refusal.js';
import { WriterClaim } from './writer-claim.js';

const FORMAT_KEY = logKey(0);

/** A record to be written, and what its batches wait for. */
interface Writing {
  readonly group: RecordGroup;
  readonly stored: Promise<void>;
  readonly settle: (stored: Promise<void>) => void;
}

/** What became of a record. */
interface Outcome {
  readonly isStored: boolean;
  readonly cause: unknown;
}

export interface LogWriterOptions {
  readonly environment: LogEnvironment;
  readonly reader: LogReader;
  /** What is written into. */
  readonly file?: Pick<KeptFile, 'isKept'>;
  /** Streams without appends in flight whose last revision is kept in memory. */
  readonly maxCachedHeads: number;
  /** Default: what is left on the log's disk. */
  readonly room?: Pick<Room, 'has' | 'count'>;
  /** These entries are on disk, the first event at the position `first`. */
  onStored(first: number, entries: readonly StreamAppend[]): void;
  /** The disk cannot be trusted any more. */
  onFatal(error: EventStoreError): void;
}

/**
 * Appends batches. Those of one turn of the event loop become one record, with one index entry for each stream: an entry
 * of LMDB costs more than what is in it. Records that are written while one is being committed share the next commit.
 *
 * Every record is written on condition that the one before it is there. So when a commit fails, everything that was
 * queued behind it is passed over by LMDB itself, whatever thread it has reached, and nothing is stored out of order.
 * The other condition is that the log is this process's: see {@link WriterClaim}.
 */
export class LogWriter {
  private readonly heads: StreamHeads;
  private readonly space = new SlabSpace();
  private readonly claim: WriterClaim;
  private readonly room: Pick<Room, 'has' | 'count'>;
  /** Position of the first event of the last record, written or on its way. */
  private chained: number;
  private next: number;
  private durable: number;
  /** What this turn of the event loop has appended. */
  private gathering: Writing | null = null;
  /**
   * Of the records on their way. One with more conditions is told of later than the one behind it in the same commit, and
   * whoever follows the log would never see it.
   */
  private readonly outcomes = new InOrder<Outcome>();
  private inFlight = 0;
  private inFlightBytes = 0;
  private settled: Promise<unknown> = Promise.resolve();
  private drained: (() => void) | null = null;
  /** Set from a failed commit until it is known what is on disk; for ever if that cannot be known. */
  private failure: Promise<EventStoreError> | null = null;
  private readonly refusal = new TurnRefusal();
  private closed = false;

  constructor(private readonly options: LogWriterOptions) {
    this.heads = new StreamHeads(options.maxCachedHeads, (stream) => options.reader.headOf(stream));
    this.room = options.room ?? new Room(options.environment.directory, LAST_BYTES);
    this.claim = new WriterClaim(ownerTable(options.environment.root));
    const last = options.reader.lastRecord();
    this.chained = last?.first ?? 0;
    this.durable = last ? last.first + eventCount(last.bytes) - 1 : 0;
    this.next = this.durable + 1;
  }

  /** Position of the last event acknowledged; 0 if there is none. */
  get durablePosition(): number {
    return this.durable;
  }

  append(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    if (this.refusal.reason) return Promise.reject(notAttempted(this.refusal.reason));
    if (!this.closed && !this.failure && !this.firstMismatch(batch)) return this.add(batch);
    return this.appendWhenClear(batch);
  }

  private async appendWhenClear(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    for (;;) {
      if (this.closed) throw new EventStoreError('Closed', 'the event store is closed', 'nothing');
      if (this.failure) throw await notAttemptedAfter(this.failure);
      const mismatch = this.firstMismatch(batch);
      if (!mismatch) return this.add(batch);
      if (this.isDecided(mismatch)) return this.originalResult(batch) ?? mismatch;
      // It rests on an append in flight, which may be this very batch sent before: see what becomes of it.
      await this.settled;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.write();
    await this.untilDrained();
  }

  private firstMismatch(batch: readonly StreamAppend[]): Refused | null {
    const own = batch.length > 1 ? new Map<string, number>() : null;
    for (const { stream, expectedRevision, events } of batch) {
      const actualRevision = own?.get(stream) ?? this.heads.revision(stream);
      if (actualRevision !== expectedRevision) {
        return { outcome: 'refused', index: 0, stream, expectedRevision, actualRevision };
      }
      own?.set(stream, expectedRevision + events.length);
    }
    return null;
  }

  /** Whether what is on disk is enough to refuse the entry. */
  private isDecided({ stream, expectedRevision, actualRevision }: Refused): boolean {
    if (expectedRevision > actualRevision || !this.heads.isPending(stream)) return true;
    return this.options.reader.headOf(stream) > expectedRevision;
  }

  private originalResult(batch: readonly StreamAppend[]): Appended | null {
    let position = 0n;
    for (const { stream, expectedRevision, events } of batch) {
      const stored = this.options.reader.readStream(stream, {
        from: expectedRevision + 1,
        limit: events.length,
      });
      for (const [index, event] of events.entries()) {
        const candidate = stored[index];
        if (!isSameEvent(candidate, event)) return null;
        position = candidate.position;
      }
    }
    return { outcome: 'appended', position };
  }

  private async add(batch: readonly StreamAppend[]): Promise<Appended> {
    if (this.gathering && !this.gathering.group.fits(batch)) this.write();
    this.gathering ??= this.gather();
    const { group, stored } = this.gathering;
    for (const entry of batch) {
      const revision = entry.expectedRevision + entry.events.length;
      if (group.add(entry)) this.heads.begin(entry.stream, entry.expectedRevision + 1, revision);
      else this.heads.advance(entry.stream, revision);
    }
    const position = BigInt(group.last);
    this.next = group.last + 1;
    if (group.isFull) this.write();
    await stored;
    return { outcome: 'appended', position };
  }

  /** @throws {EventStoreError} `StorageFull` and `Unavailable` before anything is begun. */
  private gather(): Writing {
    if (this.options.file?.isKept === false) {
      const text = 'the log was removed, or another put in its place, and what is written would be lost';
      throw new EventStoreError('Unavailable', text, 'nothing');
    }
    if (!this.room.has(MAX_APPEND_BYTES)) {
      const text = 'there is no space left for the log';
      throw this.refusal.begin(new EventStoreError('StorageFull', text, 'nothing'));
    }
    let settle: Writing['settle'] = () => {};
    const stored = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.settled = stored.catch(() => {});
    this.inFlight += 1;
    const writing = { group: new RecordGroup(this.next), stored, settle };
    // LMDB starts a commit at the end of the turn in which it is given the first write for it. Given the record alone,
    // which is made at the end of this turn, it would start a turn later. Whatever is gathered by then goes with it, the last
    // record of a turn with several as well.
    setImmediate(() => this.write());
    this.options.environment.log.ifVersion(FORMAT_KEY, IF_EXISTS, () => {}).catch(() => {});
    return writing;
  }

  private write(): void {
    const writing = this.gathering;
    if (!writing) return;
    this.gathering = null;
    const { group, settle } = writing;
    const { log, streams } = this.options.environment;
    const record = encodeRecord(this.space, group.first, group.entries);
    const before = this.chained;
    this.chained = group.first;
    this.inFlightBytes += record.length;
    this.room.count(record.length);
    const store = (): void => {
      log.put(logKey(group.first), record);
      for (const [stream, { firstRevision, ordinals }] of group.additions) {
        const part = this.space.reserve(partBytes(ordinals.length));
        writePart(part, group.first, ordinals);
        streams.put(streamKey(stream, firstRevision), this.space.keep(part.length));
      }
    };
    let isOurs: Promise<boolean> = Promise.resolve(false);
    const follows = log.ifVersion(logKey(before), IF_EXISTS, () => {
      isOurs = this.claim.hold(log, logKey(group.first), store);
    });
    // Where the commit fails both do, and the first is enough to know.
    isOurs.catch(() => {});
    const outcome = follows
      .then((does) => does && isOurs)
      .then(
        (isStored): Outcome => ({ isStored, cause: null }),
        (cause: unknown): Outcome => ({ isStored: false, cause }),
      );
    this.outcomes.add(outcome, (known) => settle(this.finish(known, group, record.length)));
  }

  private async finish({ isStored, cause }: Outcome, group: RecordGroup, bytes: number): Promise<void> {
    this.inFlight -= 1;
    if (isStored) {
      this.inFlightBytes -= bytes;
      this.durable = group.last;
      for (const stream of group.additions.keys()) this.heads.stored(stream);
      if (this.inFlight === 0) this.drained?.();
      this.options.onStored(group.first, group.entries);
      return;
    }
    this.failure ??= this.recover(cause);
    const failure = this.failure;
    if (this.inFlight === 0) this.drained?.();
    const error = await failure;
    throw cause === null ? notAttempted(error) : error;
  }

  /** Waits for everything that was behind the failed commit, then takes what is on disk for what there is. */
  private async recover(cause: unknown): Promise<EventStoreError> {
    const reason = await commitErrorOf(cause);
    await this.untilDrained();
    if (reason === null) {
      const error = failed('another process writes to this log', null);
      this.options.onFatal(error);
      return error;
    }
    let error = classifyCommitFailure(reason, this.options.environment.directory, this.inFlightBytes);
    this.inFlightBytes = 0;
    if (error.code === 'StorageFull') error = this.rewind(error);
    if (error.code === 'StorageFull') this.failure = null;
    else this.options.onFatal(error);
    return error;
  }

  private rewind(error: EventStoreError): EventStoreError {
    try {
      this.options.environment.root.resetReadTxn();
      const last = this.options.reader.lastRecord();
      const end = last ? last.first + eventCount(last.bytes) - 1 : 0;
      if (end !== this.durable) return failed(`the log ends at ${end}, not at ${this.durable}`, error);
      this.heads.dropPending();
      if (!this.claim.rewind()) this.next = end + 1;
      this.chained = last?.first ?? 0;
      return error;
    } catch (cause) {
      return failed('the log could not be read after a failed commit', cause);
    }
  }

  private async untilDrained(): Promise<void> {
    while (this.inFlight > 0) {
      const before = this.drained;
      await new Promise<void>((resolve) => {
        this.drained = () => {
          before?.();
          resolve();
        };
      });
    }
    this.drained = null;
  }
}
