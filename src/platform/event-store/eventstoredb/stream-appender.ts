import { isSameEvent } from '../append-checks.js';
import { EventStoreError, type RecordedEvent, type StreamAppend } from '../event-store.js';
import type { AppendLanes } from './append-lane.js';
import type { Timeouts } from './limits.js';
import { backoffMs, pause } from './patience.js';
import type { AppendReply } from './protocol.js';
import { refusedAppend, TransportFailure } from './transport-failure.js';

/** What came of one stream's append: where its last event is, or the revision that it met instead. */
export type AppendOutcome = { readonly position: bigint } | { readonly actualRevision: number };

export interface StreamAppenderOptions {
  readonly lanes: Pick<AppendLanes, 'append'>;
  readonly read: (stream: string, from: number, limit: number) => Promise<RecordedEvent[]>;
  readonly lastRevision: (stream: string) => Promise<number>;
  readonly onFailure: (error: unknown) => void;
  readonly timeouts: Pick<Timeouts, 'doubtMs' | 'awayMs'>;
  /** Ends the patience. */
  readonly stop: AbortSignal;
}

/**
 * Appends to one stream at a time and finds out what came of it. The same ids go out at the same revision until there is
 * an answer: the server stores them once. It compares ids alone, so wherever it may have found an append already there,
 * the bytes are compared here.
 */
export class StreamAppender {
  /** The highest position that this process was told of. What is stored from now on lies behind it. */
  private highest = 0n;

  constructor(private readonly options: StreamAppenderOptions) {}

  /**
   * @param since when the caller began to wait.
   * @throws {EventStoreError} `Unavailable` after a time without an answer, with what is known of the outcome.
   */
  async append(entry: StreamAppend, since: number): Promise<AppendOutcome> {
    const { timeouts, stop, onFailure } = this.options;
    const known = this.highest;
    let inDoubt = false;
    for (let failures = 0; ; ) {
      try {
        const reply = await this.send(entry);
        if (reply.outcome === 'conflict') return await this.compare(entry, reply.actualRevision);
        const isNew = !inDoubt && reply.position !== null && reply.position > known;
        return isNew ? this.stored(reply.position) : await this.compare(entry);
      } catch (error) {
        if (!(error instanceof TransportFailure)) throw inDoubt ? doubtful(error) : error;
        onFailure(error);
        inDoubt ||= error.inDoubt;
        failures += 1;
        const waitedMs = performance.now() - since;
        const isTooLong = waitedMs >= (inDoubt ? timeouts.doubtMs : timeouts.awayMs);
        if (stop.aborted || isTooLong) throw unavailable(error, inDoubt);
        await pause(backoffMs(failures), stop);
      }
    }
  }

  private async send(entry: StreamAppend): Promise<Exclude<AppendReply, { outcome: 'error' }>> {
    const reply = await this.options.lanes.append(entry);
    if (reply.outcome === 'error') throw refusedAppend(reply.kind, reply.message);
    return reply;
  }

  /** Whether what stands at the entry's revision is the entry. */
  private async compare(entry: StreamAppend, actualRevision?: number): Promise<AppendOutcome> {
    const { stream, expectedRevision, events } = entry;
    const isTooShort = actualRevision !== undefined && actualRevision < expectedRevision + events.length;
    if (isTooShort) return { actualRevision };
    const there = await this.options.read(stream, expectedRevision + 1, events.length);
    const isOurs = events.every((event, index) => isSameEvent(there[index], event));
    const last = there.at(-1);
    if (isOurs && last) return this.stored(last.position);
    return { actualRevision: actualRevision ?? (await this.options.lastRevision(stream)) };
  }

  private stored(position: bigint): AppendOutcome {
    if (position > this.highest) this.highest = position;
    return { position };
  }
}

const unavailable = (cause: TransportFailure, inDoubt: boolean): EventStoreError =>
  new EventStoreError('Unavailable', cause.message, inDoubt ? 'unknown' : 'nothing', { cause });

/** What the server refuses now says nothing of what it did with an earlier attempt. */
const doubtful = (error: unknown): unknown =>
  error instanceof EventStoreError && error.outcome === 'nothing'
    ? new EventStoreError(error.code, error.message, 'unknown', { cause: error })
    : error;
