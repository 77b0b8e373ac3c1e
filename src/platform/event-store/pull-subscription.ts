import type { MaybePromise, RecordedEvent, Subscription } from './event-store.js';

/** Events fetched per turn of a subscription. */
export const PAGE_EVENTS = 1024;
const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 5_000;

export interface PullSource {
  readAll(after: bigint, limit?: number): MaybePromise<RecordedEvent[]>;
  /** Calls `wake` once, when something may have been appended since the call. Returns a way to stop waiting. */
  onNews(wake: () => void): () => void;
  /** Told of every failed delivery or read before it is tried again. */
  onFailure?(error: unknown): void;
}

export interface PullOptions {
  readonly after: bigint;
  readonly streamPrefix?: string;
  /** Most events of one delivery. Default {@link PAGE_EVENTS}. */
  readonly pageEvents?: number;
  readonly handler: (events: RecordedEvent[]) => MaybePromise<void>;
}

/**
 * Delivers the log in order by reading pages of it, the next one when the handler is done: a slow handler is never
 * dropped and holds back nobody else. A page whose handler throws comes again after a random, growing pause.
 */
export class PullSubscription implements Subscription {
  private closed = false;
  private stopWaiting: () => void = () => {};
  private readonly running: Promise<void>;

  constructor(
    private readonly source: PullSource,
    private readonly options: PullOptions,
  ) {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopWaiting();
    await this.running;
  }

  private async run(): Promise<void> {
    // The caller gets its subscription before the first delivery.
    await null;
    let page: RecordedEvent[] = [];
    let after = this.options.after;
    let failures = 0;
    while (!this.closed) {
      try {
        if (page.length === 0) page = await this.nextPage(after);
        const last = page.at(-1);
        if (!last) continue;
        await this.deliver(page);
        page = [];
        after = last.position;
        failures = 0;
        // Reads and handlers may all answer at once: a long catch-up must not keep everything else waiting.
        await new Promise(setImmediate);
      } catch (error) {
        if (this.closed) return;
        this.source.onFailure?.(error);
        failures += 1;
        await this.pause(failures);
      }
    }
  }

  /** The events after a position, or none once there may be news. */
  private async nextPage(after: bigint): Promise<RecordedEvent[]> {
    // Asked for before reading, so that no append falls between the empty page and the wait.
    const news = this.waitForNews();
    const { pageEvents = PAGE_EVENTS } = this.options;
    try {
      const page = await this.source.readAll(after, pageEvents);
      if (page.length === 0 && !this.closed) await news;
      return page;
    } finally {
      this.stopWaiting();
    }
  }

  private async deliver(page: RecordedEvent[]): Promise<void> {
    const { streamPrefix, handler } = this.options;
    const wanted = streamPrefix ? eventsOf(page, streamPrefix) : page;
    if (wanted.length > 0 && !this.closed) await handler(wanted);
  }

  private waitForNews(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.source.onNews(resolve);
      this.stopWaiting = () => {
        cancel();
        resolve();
      };
    });
  }

  private pause(failures: number): Promise<void> {
    const longest = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2));
      this.stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A loop: V8 compiles a callback anew whenever a collection has found none of its closures alive, for each page at worst. */
function eventsOf(page: readonly RecordedEvent[], streamPrefix: string): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const event of page) if (event.stream.startsWith(streamPrefix)) events.push(event);
  return events;
}

/** The waiting subscriptions of one store, woken together. */
export class News {
  private waiting = new Set<() => void>();

  readonly onNews = (wake: () => void): (() => void) => {
    this.waiting.add(wake);
    return () => this.waiting.delete(wake);
  };

  announce(): void {
    if (this.waiting.size === 0) return;
    const woken = this.waiting;
    this.waiting = new Set();
    for (const wake of woken) wake();
  }
}
