import {
  type Appended,
  EventStore,
  type MaybePromise,
  type ReadOptions,
  type RecordedEvent,
  type Refused,
  type StreamAppend,
  type SubscribeOptions,
  type Subscription,
} from '../event-store/event-store.js';
import type { Metrics } from './metrics.js';

const MILLISECONDS = 1_000;

/** An event store that counts its appends and how long they take. Closing it is its owner's business. */
export class MeasuredEventStore extends EventStore {
  readonly atomicBatches: boolean;
  private inFlight = 0;
  /** When it last answered an append, or was given one that had not to wait for others. */
  private heardAt = 0;

  constructor(
    private readonly store: EventStore,
    private readonly metrics: Pick<Metrics, 'committed'>,
  ) {
    super();
    this.atomicBatches = store.atomicBatches;
  }

  /** Appends that are not acknowledged yet. */
  get appendsInFlight(): number {
    return this.inFlight;
  }

  /** For how long appends wait of which none was answered, milliseconds; one that failed was not. */
  get silentMs(): number {
    return this.inFlight === 0 ? 0 : performance.now() - this.heardAt;
  }

  async append(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    const startedAt = performance.now();
    if (this.inFlight === 0) this.heardAt = startedAt;
    this.inFlight += 1;
    let outcome: 'stored' | 'refused' | 'failed' = 'failed';
    try {
      const answer = await this.store.append(batch);
      outcome = answer.outcome === 'appended' ? 'stored' : 'refused';
      this.heardAt = performance.now();
      return answer;
    } finally {
      this.inFlight -= 1;
      this.metrics.committed(outcome, (performance.now() - startedAt) / MILLISECONDS);
    }
  }

  readStream(stream: string, options?: ReadOptions): MaybePromise<RecordedEvent[]> {
    return this.store.readStream(stream, options);
  }

  readAll(after: bigint, limit?: number): MaybePromise<RecordedEvent[]> {
    return this.store.readAll(after, limit);
  }

  headPosition(): MaybePromise<bigint> {
    return this.store.headPosition();
  }

  subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    options?: SubscribeOptions,
  ): Subscription {
    return this.store.subscribe(after, handler, options);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
