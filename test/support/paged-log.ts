import type {
  EventStore,
  MaybePromise,
  ReadOptions,
  RecordedEvent,
} from '../../src/platform/event-store/event-store.js';
import { News, PullSubscription } from '../../src/platform/event-store/pull-subscription.js';

/** A log that hands out few events at a time, so that a short history makes many batches. */
export class PagedLog implements Pick<EventStore, 'readStream' | 'readAll' | 'subscribe' | 'headPosition'> {
  private readonly news = new News();

  constructor(
    private readonly events: readonly RecordedEvent[],
    private readonly pageEvents: number,
  ) {}

  readStream(stream: string, { from = 0, limit = this.pageEvents }: ReadOptions = {}): RecordedEvent[] {
    return this.events.filter((event) => event.stream === stream && event.revision >= from).slice(0, limit);
  }

  readAll(after: bigint, limit = this.pageEvents): RecordedEvent[] {
    const start = this.events.findIndex(({ position }) => position > after);
    return start < 0 ? [] : this.events.slice(start, start + Math.min(limit, this.pageEvents));
  }

  headPosition(): bigint {
    return this.events.at(-1)?.position ?? 0n;
  }

  subscribe(after: bigint, handler: (events: RecordedEvent[]) => MaybePromise<void>) {
    const { pageEvents } = this;
    const source = { readAll: (from: bigint) => this.readAll(from), onNews: this.news.onNews };
    return new PullSubscription(source, { after, handler, pageEvents });
  }
}
