import {
  type EventStore,
  type MaybePromise,
  type ReadOptions,
  type RecordedEvent,
  type Subscription,
} from '../event-store.js';
import { News, PullSubscription } from '../pull-subscription.js';
import { eventCount } from './event-record.js';
import { type LogEnvironment, openLogForReading } from './log-environment.js';
import { LogReader } from './log-reader.js';

export interface LogFollowerOptions {
  /** Folder of a log that another thread of this process has open and writes. */
  readonly directory: string;
  /** There was nothing after this position: `announce` is wanted as soon as there is. */
  readonly onIdle: (position: bigint) => void;
  /** Told of each failed delivery to a subscriber, which is tried again. */
  readonly onDeliveryFailure: (error: unknown) => void;
}

/**
 * The log in a thread that only reads it. It reads the same memory map as the writer, so events cross threads without a
 * copy or a message; all it must be told is that there are new ones.
 */
export class LogFollower
  implements Pick<EventStore, 'readStream' | 'readAll' | 'headPosition' | 'subscribe' | 'close'>
{
  private readonly news = new News();

  private constructor(
    private readonly environment: LogEnvironment,
    private readonly reader: LogReader,
    private readonly options: LogFollowerOptions,
  ) {}

  static open(options: LogFollowerOptions): LogFollower {
    const environment = openLogForReading(options.directory);
    return new LogFollower(environment, new LogReader(environment), options);
  }

  /** The writer has stored something. */
  announce(): void {
    // A read transaction lasts for a turn of the event loop: one from before the news would not see them.
    this.environment.root.resetReadTxn();
    this.news.announce();
  }

  readStream(stream: string, options?: ReadOptions): RecordedEvent[] {
    return this.reader.readStream(stream, options);
  }

  readAll(after: bigint, limit?: number): RecordedEvent[] {
    const events = this.reader.readAll(Number(after), limit);
    if (events.length === 0) this.options.onIdle(after);
    return events;
  }

  headPosition(): bigint {
    const last = this.reader.lastRecord();
    return last ? BigInt(last.first + eventCount(last.bytes) - 1) : 0n;
  }

  subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    { streamPrefix }: { readonly streamPrefix?: string } = {},
  ): Subscription {
    const source = {
      readAll: (position: bigint, limit?: number) => this.readAll(position, limit),
      onNews: this.news.onNews,
      onFailure: this.options.onDeliveryFailure,
    };
    return new PullSubscription(source, { after, handler, streamPrefix });
  }

  /** Subscriptions are to be closed before. */
  async close(): Promise<void> {
    await this.environment.root.close();
  }
}
