import type { RecordedEvent, StreamAppend } from '../event-store.js';

const MAX_EVENTS = 8192;
const MAX_BYTES = 4 * 1024 * 1024;

/** The newest events, so that whoever follows the log closely need not have them read from disk and checked. */
export class RecentEvents {
  private events: RecordedEvent[] = [];
  /** Place in `events` of the oldest one kept. */
  private start = 0;
  private bytes = 0;

  /** @param floor every event stored after this position is added here */
  constructor(private floor: number) {}

  /** Adds what was stored next; the first event has the position `first`. */
  add(first: number, entries: readonly StreamAppend[]): void {
    let position = first;
    for (const { stream, expectedRevision, events } of entries) {
      let revision = expectedRevision;
      for (const { id, type, data, metadata } of events) {
        revision += 1;
        this.events.push({ stream, revision, position: BigInt(position), id, type, data, metadata });
        this.bytes += data.length + metadata.length;
        position += 1;
      }
    }
    this.forget();
  }

  /** At most `limit` events after a position, or null if not all of them are kept. */
  after(position: number, limit: number): RecordedEvent[] | null {
    if (position < this.floor) return null;
    let [low, high] = [this.start, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Number(this.events[middle]!.position) > position) high = middle;
      else low = middle + 1;
    }
    return this.events.slice(low, low + limit);
  }

  private forget(): void {
    while (this.events.length - this.start > MAX_EVENTS || this.bytes > MAX_BYTES) {
      const { position, data, metadata } = this.events[this.start]!;
      this.floor = Number(position);
      this.bytes -= data.length + metadata.length;
      this.start += 1;
    }
    if (this.start < MAX_EVENTS) return;
    this.events = this.events.slice(this.start);
    this.start = 0;
  }
}
