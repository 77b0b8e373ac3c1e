import { join } from 'node:path';
import { KeptFile } from '../../lmdb/kept-file.js';
import { checkBatch } from '../append-checks.js';
import {
  type Appended,
  EventStore,
  EventStoreError,
  type MaybePromise,
  type ReadOptions,
  type RecordedEvent,
  type Refused,
  type StreamAppend,
  type SubscribeOptions,
  type Subscription,
} from '../event-store.js';
import { News, PullSubscription } from '../pull-subscription.js';
import type { VerifyProgress, VerifyReport } from '../verify-report.js';
import {
  type LogEnvironment,
  MAP_BYTES,
  openLogEnvironment,
  ownerOf,
  unreadable,
  writeOwner,
} from './log-environment.js';
import { LogReader, pageSize } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { RecentEvents } from './recent-events.js';
import { CHECKED_AT_START, checkNewest, LogVerification, VERIFIED_AT_ONCE } from './verify-log.js';

const MAX_CACHED_HEADS = 100_000;

export interface EmbeddedEventStoreOptions {
  /** Folder of the log alone; made if it is not there. One process at a time: hold the data directory's lock. */
  readonly directory: string;
  /** Called once when the disk cannot be trusted any more: the process must end, and not append again. */
  readonly onFatal?: (error: EventStoreError) => void;
  /** Told of each failed delivery to a subscriber, which is tried again. */
  readonly onDeliveryFailure?: (error: unknown) => void;
  /** Called once when the log's file was removed under this process, or another put in its place. Nothing is appended any more. */
  readonly onRemoved?: () => void;
  /** Streams whose last revision is kept in memory, beside those with appends in flight. Default 100,000. */
  readonly maxCachedHeads?: number;
  readonly mapBytes?: number;
  /** False: open without a look at the newest events, to verify a log that is known to be damaged. */
  readonly checkAtStart?: boolean;
}

/**
 * The log in an LMDB environment of this process.
 *
 * A batch is in one transaction, flushed before it is acknowledged; batches that arrive in one turn of the event loop
 * share a record, those that arrive while one is being committed share the next commit. Expected revisions are compared at once, with all appends in flight counted in.
 * Reads see what is committed, check a CRC32C with each event, and answer without a turn of the event loop. Opening
 * takes the same time whatever the log's size.
 *
 * When the disk is full, appends fail with `StorageFull` and stored nothing; reads go on, and so do appends once
 * there is space. After any other failure of a commit the store refuses all appends and calls `onFatal`.
 */
export class EmbeddedEventStore extends EventStore {
  readonly atomicBatches = true;
  private readonly writer: LogWriter;
  private readonly recent: RecentEvents;
  private readonly file: KeptFile;
  private readonly news = new News();
  private readonly subscriptions = new Set<Subscription>();
  private readonly followers = new Set<{ passed: number }>();
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly environment: LogEnvironment,
    private readonly reader: LogReader,
    private readonly options: EmbeddedEventStoreOptions,
  ) {
    super();
    this.file = new KeptFile(join(options.directory, 'data.mdb'), options.onRemoved);
    this.writer = new LogWriter({
      environment,
      reader,
      file: this.file,
      maxCachedHeads: options.maxCachedHeads ?? MAX_CACHED_HEADS,
      onStored: (first, entries) => {
        // Whoever is told of an event finds it: a read transaction lasts for a turn of the event loop.
        environment.root.resetReadTxn();
        this.recent.add(first, entries);
        this.news.announce();
      },
      onFatal: (error) => options.onFatal?.(error),
    });
    this.recent = new RecentEvents(this.writer.durablePosition);
  }

  /** @throws {EventStoreError} `Damaged` if the newest events are, `Failed` if the folder holds another format. */
  static open(options: EmbeddedEventStoreOptions): EmbeddedEventStore {
    const environment = openLogEnvironment(options.directory, options.mapBytes ?? MAP_BYTES);
    try {
      const reader = new LogReader(environment);
      if (options.checkAtStart !== false) checkNewest(environment, reader, CHECKED_AT_START);
      return new EmbeddedEventStore(environment, reader, options);
    } catch (error) {
      void environment.root.close();
      throw unreadable(options.directory, error);
    }
  }

  /** Whether what is stored stays when this process ends. */
  get isKept(): boolean {
    return this.file.isKept;
  }

  /** The name of the data keys that the log's secrets need; null if nobody has claimed it. */
  get claimedBy(): string | null {
    return ownerOf(this.environment);
  }

  /** Names the data keys, for good. To be called before the first append. */
  claim(keys: string): void {
    writeOwner(this.environment, keys);
  }

  append(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    try {
      checkBatch(batch);
      return this.writer.append(batch);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  readStream(stream: string, options?: ReadOptions): RecordedEvent[] {
    this.assertOpen();
    return this.reader.readStream(stream, options);
  }

  readAll(after: bigint, limit?: number): RecordedEvent[] {
    this.assertOpen();
    return this.recent.after(Number(after), pageSize(limit)) ?? this.reader.readAll(Number(after), limit);
  }

  headPosition(): bigint {
    return BigInt(this.writer.durablePosition);
  }

  subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    options: SubscribeOptions = {},
  ): Subscription {
    this.assertOpen();
    const follower = { passed: Number(after) };
    this.followers.add(follower);
    const source = {
      readAll: (position: bigint, limit?: number) => {
        follower.passed = Number(position);
        this.recent.release(this.passedByAll());
        return this.readAll(position, limit);
      },
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
        this.followers.delete(follower);
        return pulling.close();
      },
    };
    this.subscriptions.add(subscription);
    return subscription;
  }

  /** Calls `wake` once, after the next append is on disk. Returns a way to stop waiting. */
  onNews(wake: () => void): () => void {
    return this.news.onNews(wake);
  }

  /** Reads and checks everything. @param onProgress called each time that `atOnce` records, or entries of the index, were checked. */
  verify(
    onProgress: (progress: VerifyProgress) => void = () => {},
    atOnce = VERIFIED_AT_ONCE,
  ): Promise<VerifyReport> {
    this.assertOpen();
    return new LogVerification(this.environment, this.reader, onProgress, atOnce).run();
  }

  /** After another process that read this log has ended, however it did: LMDB keeps pages for it until it is known to be gone. */
  forgetDeadReaders(): void {
    if (!this.closing) this.environment.root.readerCheck();
  }

  /** Writes a compact copy of everything acknowledged by now into an empty folder; appends go on meanwhile. */
  copyTo(directory: string): Promise<void> {
    this.assertOpen();
    return this.environment.root.backup(directory, true);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** The position up to which every subscription has handled what there is. */
  private passedByAll(): number {
    let passed = Number.POSITIVE_INFINITY;
    for (const follower of this.followers) passed = Math.min(passed, follower.passed);
    return passed;
  }

  private async shutDown(): Promise<void> {
    const writing = this.writer.close();
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
    await writing;
    await this.environment.root.close();
    this.file.close();
  }

  private assertOpen(): void {
    if (this.closing) throw new EventStoreError('Closed', 'the event store is closed', 'nothing');
  }
}
