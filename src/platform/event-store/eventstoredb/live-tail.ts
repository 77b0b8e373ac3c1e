import type { RecordedEvent } from '../event-store.js';
import type { News } from '../pull-subscription.js';
import type { Connection } from './connection.js';
import { MAX_BUFFERED_BYTES, MAX_BUFFERED_EVENTS } from './limits.js';
import { backoffMs, pause } from './patience.js';
import { eventOf, subscribeRequest } from './protocol.js';

export interface LiveTailOptions {
  readonly connection: Connection;
  readonly streamPrefix: string;
  readonly headPosition: () => Promise<bigint>;
  readonly news: News;
  /** Told each time that the subscription ended, before it is opened again. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The newest events, kept by one live subscription for all consumers of this process. The server drops a subscriber
 * that is some dozens of events behind, so nothing here waits for a consumer: events go into a bounded buffer that
 * consumers read when they are ready, and whoever is further back than the buffer reads from the server.
 *
 * The subscription ends with its connection. It is opened again after the last event in the buffer, so the buffer has no
 * gap and nothing twice.
 */
export class LiveTail {
  private events: RecordedEvent[] = [];
  private bytes = 0;
  /** Every event after this position, up to the newest, is in the buffer; null until that is known. */
  private start: bigint | null = null;
  private newest = 0n;
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly options: LiveTailOptions) {}

  /** Follows the log from its head on, from the first call on. */
  follow(): void {
    this.running ??= this.run();
  }

  /** The buffered events after a position, at most `limit`; null if the buffer does not reach back so far. */
  after(position: bigint, limit: number): RecordedEvent[] | null {
    if (this.start === null || position < this.start) return null;
    const first = this.indexAfter(position);
    return this.events.slice(first, first + limit);
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    let failures = 0;
    while (!signal.aborted) {
      const before = this.newest;
      try {
        await this.subscribe(signal);
        if (!signal.aborted) this.options.onFailure(new Error('EventStoreDB ended the subscription'));
      } catch (error) {
        if (!signal.aborted) this.options.onFailure(error);
      }
      failures = this.newest > before ? 1 : failures + 1;
      await pause(backoffMs(failures), signal);
    }
  }

  private async subscribe(signal: AbortSignal): Promise<void> {
    const { connection, streamPrefix, headPosition } = this.options;
    if (this.start === null) {
      this.newest = await headPosition();
      this.start = this.newest;
    }
    for await (const response of connection.read(subscribeRequest(this.newest, streamPrefix), signal)) {
      const event = eventOf(response);
      if (event?.stream.startsWith(streamPrefix) && event.position > this.newest) this.add(event);
      // Consumers that found nothing before the buffer began look once more.
      else if (response.hasConfirmation()) this.options.news.announce();
    }
  }

  private add(event: RecordedEvent): void {
    this.events.push(event);
    this.bytes += event.data.length + event.metadata.length;
    this.newest = event.position;
    if (this.events.length > MAX_BUFFERED_EVENTS || this.bytes > MAX_BUFFERED_BYTES) this.forgetOldest();
    this.options.news.announce();
  }

  /** Half at a time: shifting one by one would move the whole buffer for each event. */
  private forgetOldest(): void {
    const kept = Math.floor(this.events.length / 2);
    const forgotten = this.events.slice(0, this.events.length - kept);
    this.events = this.events.slice(this.events.length - kept);
    for (const { data, metadata } of forgotten) this.bytes -= data.length + metadata.length;
    this.start = forgotten.at(-1)?.position ?? this.start;
  }

  private indexAfter(position: bigint): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.position > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
