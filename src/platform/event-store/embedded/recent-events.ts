import type { RecordedEvent, StreamAppend } from '../event-store.js';

const MAX_EVENTS = 8192;
const MAX_BYTES = 4 * 1024 * 1024;
/** Of the newest ones, so much keeps its bodies: older ones would only be carried along by the garbage collector. */
const MAX_BYTES_WITH_BODY = 1024 * 1024;

type Recent = RecordedEvent & { body?: object | undefined };

/**
 * The newest events, so that whoever follows the log closely need not have them read from disk and checked. What all followers
 * have passed is let go at once: it would only grow old in the garbage collector's hands.
 */
export class RecentEvents {
  private events: (Recent | null)[] = [];
  /** Place in `events` of the oldest one kept. */
  private start = 0;
  private bytes = 0;
  /** Place in `events` of the oldest one with its body. */
  private bodies = 0;
  private bytesWithBody = 0;

  /** @param floor every event stored after this position is added here */
  constructor(private floor: number) {}

  /** Adds what was stored next; the first event has the position `first`. */
  add(first: number, entries: readonly StreamAppend[]): void {
    let position = first;
    for (const { stream, expectedRevision, events } of entries) {
      let revision = expectedRevision;
      for (const { id, type, data, metadata, body, atMs } of events) {
        revision += 1;
        const at = BigInt(position);
        this.events.push({ stream, revision, position: at, id, type, data, metadata, body, atMs });
        this.bytes += data.length + metadata.length;
        this.bytesWithBody += data.length + metadata.length;
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
    return this.events.slice(low, low + limit) as Recent[];
  }

  /** Nobody will ask for what comes up to this position. */
  release(position: number): void {
    while (this.start < this.events.length && Number(this.events[this.start]!.position) <= position) {
      this.forgetOldest();
    }
    this.closeUp();
  }

  private forget(): void {
    while (this.bytesWithBody > MAX_BYTES_WITH_BODY) this.forgetBody();
    while (this.events.length - this.start > MAX_EVENTS || this.bytes > MAX_BYTES) this.forgetOldest();
    this.closeUp();
  }

  private forgetOldest(): void {
    if (this.bodies === this.start) this.forgetBody();
    const { position, data, metadata } = this.events[this.start]!;
    this.floor = Number(position);
    this.bytes -= data.length + metadata.length;
    // Its place stays until many are given up at once; its bytes must not.
    this.events[this.start] = null;
    this.start += 1;
  }

  private closeUp(): void {
    if (this.start < MAX_EVENTS && this.start < this.events.length) return;
    this.events = this.events.slice(this.start);
    this.bodies -= this.start;
    this.start = 0;
  }

  private forgetBody(): void {
    const event = this.events[this.bodies]!;
    event.body = undefined;
    this.bytesWithBody -= event.data.length + event.metadata.length;
    this.bodies += 1;
  }
}
