import { setMaxListeners } from 'node:events';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ClockOffset } from '../../kernel/clock-offset.js';
import { checkBatch } from '../append-checks.js';
import {
  type Appended,
  EventStore,
  EventStoreError,
  MAX_READ_EVENTS,
  type MaybePromise,
  NO_STREAM,
  type ReadOptions,
  type RecordedEvent,
  type Refused,
  type StreamAppend,
  type SubscribeOptions,
  type Subscription,
} from '../event-store.js';
import { News, PullSubscription } from '../pull-subscription.js';
import { AppendLanes } from './append-lane.js';
import { AppendQueue } from './append-queue.js';
import { Connection } from './connection.js';
import { TIMEOUTS, type Timeouts } from './limits.js';
import { LiveTail } from './live-tail.js';
import { claimLog } from './log-claim.js';
import { backoffMs, pause } from './patience.js';
import { allRequest, eventOf, newestRequest, streamRequest } from './protocol.js';
import { StreamAppender } from './stream-appender.js';
import { isNoPosition, partly, TransportFailure } from './transport-failure.js';

export interface EventStoreDbOptions {
  /** As `esdb://user:password@host:2113?tls=true`. */
  readonly url: string;
  /** Streams whose names begin so are the log; a shared server's other streams do not exist for it. */
  readonly streamPrefix: string;
  /** Told of each failed delivery to a subscriber, which is tried again. */
  readonly onDeliveryFailure?: (error: unknown) => void;
  /** Told of each failure of the connection that is got over by trying again. */
  readonly onConnectionFailure?: (error: unknown) => void;
  /** Default {@link TIMEOUTS}. */
  readonly timeouts?: Timeouts;
}

const pageSize = (limit = MAX_READ_EVENTS): number => Math.max(0, Math.min(limit, MAX_READ_EVENTS));

/**
 * The log on a server of EventStoreDB 21.10 or newer (or KurrentDB), which other systems and other nodes may use too.
 *
 * A batch is appended stream by stream in its order and stops at the first refusal. Whatever the transport does, an
 * append is sent again with the same ids at the same revision, which the server stores once; when it was in doubt, what
 * stands at that revision is compared byte for byte before anything is answered. After 20 seconds without an answer it
 * fails with `Unavailable` and says whether it may have been stored. Reads are repeated for some seconds as well.
 *
 * Positions are the server's commit positions: increasing, with gaps, and those of other people's events among them.
 * The head is the position of our last event, so that every subscription comes to it.
 */
export class EventStoreDbEventStore extends EventStore {
  readonly atomicBatches = false;
  private readonly timeouts: Timeouts;
  private readonly connection: Connection;
  private readonly appender: StreamAppender;
  private readonly queue = new AppendQueue();
  private readonly tail: LiveTail;
  private readonly news = new News();
  private readonly subscriptions = new Set<Subscription>();
  private readonly stop = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();
  private closing: Promise<void> | null = null;

  private constructor(private readonly options: EventStoreDbOptions) {
    super();
    this.timeouts = options.timeouts ?? TIMEOUTS;
    this.connection = new Connection(options.url, this.timeouts);
    // Everything that waits listens to it, and much may wait.
    setMaxListeners(0, this.stop.signal);
    const onFailure = (error: unknown): void => options.onConnectionFailure?.(error);
    this.appender = new StreamAppender({
      lanes: new AppendLanes(this.connection, this.timeouts),
      read: (stream, from, limit) => this.read(streamRequest({ stream, from, backwards: false, limit })),
      lastRevision: async (stream) => {
        const newest = streamRequest({ stream, from: null, backwards: true, limit: 1 });
        return (await this.read(newest))[0]?.revision ?? NO_STREAM;
      },
      onFailure,
      timeouts: this.timeouts,
      stop: this.stop.signal,
    });
    this.tail = new LiveTail({
      connection: this.connection,
      streamPrefix: options.streamPrefix,
      headPosition: () => this.headPosition(this.timeouts.searchSilenceMs),
      news: this.news,
      onFailure,
    });
  }

  /** @throws {EventStoreError} if the server does not answer for some seconds, is too old, or lets the user not in. */
  static async open(options: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
    const store = new EventStoreDbEventStore(options);
    try {
      await store.ping();
      // A user who may not read all streams is found out now.
      await store.headPosition(store.timeouts.searchSilenceMs);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** See {@link claimLog}. */
  claim(keys: string): Promise<string> {
    const append = (entry: StreamAppend) => this.appender.append(entry, performance.now());
    const read = (request: ReadReq) => this.read(request);
    return this.tracked(() => claimLog(keys, { streamPrefix: this.options.streamPrefix, append, read }));
  }

  /** The server's version. @throws {EventStoreError} */
  ping(): Promise<string> {
    return this.patiently(() => this.connection.version());
  }

  append(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    return this.tracked(async () => {
      checkBatch(batch);
      for (const { stream } of batch) this.assertOurs(stream);
      return this.queue.accept(batch, () => this.appendInOrder(batch));
    });
  }

  readStream(stream: string, options: ReadOptions = {}): Promise<RecordedEvent[]> {
    return this.tracked(async () => {
      const limit = pageSize(options.limit);
      const { from, backwards = false } = options;
      if (limit === 0 || (backwards && from !== undefined && from < 0)) return [];
      const first = from === undefined ? null : Math.max(0, from);
      return this.read(streamRequest({ stream, from: first, backwards, limit }));
    });
  }

  readAll(after: bigint, limit?: number): Promise<RecordedEvent[]> {
    return this.tracked(async () => {
      const wanted = pageSize(limit);
      if (wanted === 0) return [];
      const { streamPrefix } = this.options;
      // The server begins at the position itself.
      const request = allRequest(after, streamPrefix, wanted + 1);
      const events = await this.read(request, this.timeouts.searchSilenceMs);
      return events.filter((event) => event.position > after).slice(0, wanted);
    });
  }

  /** Asked once: a position that is none makes the server answer with an error, which no repetition changes. */
  override eventAt(position: bigint): Promise<RecordedEvent | null> {
    return this.tracked(async () => {
      if (position <= 0n) return null;
      await this.ping();
      try {
        const [event] = await this.readOnce(allRequest(position, this.options.streamPrefix, 1));
        return event?.position === position ? event : null;
      } catch (error) {
        if (isNoPosition(error)) return null;
        throw error instanceof TransportFailure
          ? new EventStoreError('Unavailable', error.message, 'nothing', { cause: error })
          : error;
      }
    });
  }

  /** The server's clock against this machine's; null from a server that does not tell its time. */
  clockOffset(): Promise<ClockOffset | null> {
    return this.patiently(() => this.connection.clockOffset());
  }

  /** @param silenceMs longer where nothing of ours may be among very many events of others. */
  headPosition(silenceMs?: number): Promise<bigint> {
    return this.tracked(async () => {
      const [newest] = await this.read(newestRequest(this.options.streamPrefix), silenceMs);
      return newest?.position ?? 0n;
    });
  }

  subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    options: SubscribeOptions = {},
  ): Subscription {
    this.assertOpen();
    this.tail.follow();
    const source = {
      readAll: (position: bigint, limit: number) =>
        this.tail.after(position, limit) ?? this.readAll(position, limit),
      onNews: this.news.onNews,
      onFailure: (error: unknown) => {
        this.options.onDeliveryFailure?.(error);
        options.onFailure?.(error);
      },
    };
    const pulling = new PullSubscription(source, { after, handler, streamPrefix: options.streamPrefix });
    const subscription: Subscription = {
      close: () => {
        this.subscriptions.delete(subscription);
        return pulling.close();
      },
    };
    this.subscriptions.add(subscription);
    return subscription;
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.stop.abort();
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
    await this.tail.close();
    await Promise.allSettled([...this.underWay]);
    await this.connection.close();
  }

  private async appendInOrder(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    let position = 0n;
    for (const [index, entry] of batch.entries()) {
      const { stream, expectedRevision } = entry;
      const since = performance.now();
      const outcome = await this.queue
        .inTurn(stream, () => this.appender.append(entry, since))
        .catch((error: unknown) => {
          throw index === 0 ? error : partly(error);
        });
      if ('actualRevision' in outcome) {
        return {
          outcome: 'refused',
          index,
          stream,
          expectedRevision,
          actualRevision: outcome.actualRevision,
        };
      }
      position = outcome.position;
    }
    return { outcome: 'appended', position };
  }

  private read(request: ReadReq, silenceMs?: number): Promise<RecordedEvent[]> {
    return this.patiently(() => this.readOnce(request, silenceMs));
  }

  private async readOnce(request: ReadReq, silenceMs?: number): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const response of this.connection.read(request, undefined, silenceMs)) {
      const event = eventOf(response);
      if (event) events.push(event);
    }
    return events;
  }

  /** Repeats what changes nothing, as long as the server is away and it is not too long. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + this.timeouts.awayMs;
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof TransportFailure)) throw error;
        this.options.onConnectionFailure?.(error);
        if (this.stop.signal.aborted || performance.now() >= giveUpAt) {
          throw new EventStoreError('Unavailable', error.message, 'nothing', { cause: error });
        }
        await pause(backoffMs(failures), this.stop.signal);
      }
    }
  }

  /** Work that closing waits for. */
  private tracked<T>(work: () => Promise<T>): Promise<T> {
    if (this.closing) {
      return Promise.reject(new EventStoreError('Closed', 'the event store is closed', 'nothing'));
    }
    const working = work();
    this.underWay.add(working);
    const done = (): void => void this.underWay.delete(working);
    working.then(done, done);
    return working;
  }

  /** What lies outside the prefix could be appended and would never be read again by a subscription. */
  private assertOurs(stream: string): void {
    const { streamPrefix } = this.options;
    if (stream.startsWith(streamPrefix)) return;
    const message = `${stream.slice(0, 60)}: this store's streams begin with ${streamPrefix}`;
    throw new EventStoreError('InvalidAppend', message, 'nothing');
  }

  private assertOpen(): void {
    if (this.closing) throw new EventStoreError('Closed', 'the event store is closed', 'nothing');
  }
}
