import { checkBatch, isSameEvent } from '../../src/platform/event-store/append-checks.js';
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
} from '../../src/platform/event-store/event-store.js';
import { News, PullSubscription } from '../../src/platform/event-store/pull-subscription.js';

const pageSize = (limit = MAX_READ_EVENTS): number => Math.max(0, Math.min(limit, MAX_READ_EVENTS));

/** An event store in memory with atomic batches, for tests that run thousands of histories. */
export class MemoryEventStore extends EventStore {
  readonly atomicBatches = true;
  /** All events in order; the event at index i has position i + 1. */
  readonly events: RecordedEvent[] = [];
  private readonly streams = new Map<string, RecordedEvent[]>();
  private readonly news = new News();
  private readonly subscriptions = new Set<Subscription>();
  private closed = false;

  async append(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    if (this.closed) throw new EventStoreError('Closed', 'the event store is closed', 'nothing');
    checkBatch(batch);
    const revisions = new Map<string, number>();
    for (const { stream, expectedRevision, events } of batch) {
      const actualRevision = revisions.get(stream) ?? this.revisionOf(stream);
      if (actualRevision !== expectedRevision) {
        return this.originalResult(batch) ?? this.refusal(stream, expectedRevision);
      }
      revisions.set(stream, expectedRevision + events.length);
    }
    for (const entry of batch) this.store(entry);
    this.news.announce();
    return { outcome: 'appended', position: this.headPosition() };
  }

  readStream(stream: string, options: ReadOptions = {}): RecordedEvent[] {
    const events = this.streams.get(stream) ?? [];
    const limit = pageSize(options.limit);
    if (!options.backwards) return events.slice(options.from ?? 0).slice(0, limit);
    const end = Math.min(events.length, (options.from ?? events.length) + 1);
    return events.slice(Math.max(0, end - limit), end).reverse();
  }

  readAll(after: bigint, limit?: number): RecordedEvent[] {
    const start = Number(after);
    return this.events.slice(start, start + pageSize(limit));
  }

  headPosition(): bigint {
    return BigInt(this.events.length);
  }

  subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    options: SubscribeOptions = {},
  ): Subscription {
    const source = {
      readAll: this.readAll.bind(this),
      onNews: this.news.onNews,
      onFailure: options.onFailure,
    };
    const subscription = new PullSubscription(source, { after, handler, ...options });
    this.subscriptions.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
  }

  private revisionOf(stream: string): number {
    return (this.streams.get(stream)?.length ?? 0) - 1;
  }

  private store({ stream, events }: StreamAppend): void {
    const stored = this.streams.get(stream) ?? [];
    this.streams.set(stream, stored);
    for (const event of events) {
      const recorded: RecordedEvent = {
        ...event,
        data: Buffer.from(event.data),
        metadata: Buffer.from(event.metadata),
        stream,
        revision: stored.length,
        position: this.headPosition() + 1n,
      };
      stored.push(recorded);
      this.events.push(recorded);
    }
  }

  private originalResult(batch: readonly StreamAppend[]): Appended | null {
    let position = 0n;
    for (const { stream, expectedRevision, events } of batch) {
      for (const [offset, event] of events.entries()) {
        const stored = this.streams.get(stream)?.[expectedRevision + 1 + offset];
        if (!isSameEvent(stored, event)) return null;
        position = stored.position;
      }
    }
    return { outcome: 'appended', position };
  }

  private refusal(stream: string, expectedRevision: number): Refused {
    const actualRevision = Math.max(NO_STREAM, this.revisionOf(stream));
    return { outcome: 'refused', index: 0, stream, expectedRevision, actualRevision };
  }
}
