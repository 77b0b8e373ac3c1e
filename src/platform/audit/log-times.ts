import type { EventStore } from '../event-store/event-store.js';
import { eventTimeMs } from '../execution/event-codec.js';
import type { IndexedEvent, IndexKeep, LocalIndex } from '../indexes/local-index.js';

/** Events between two that are noted. */
const EVERY = 1_024;

interface Noted {
  readonly position: bigint;
  readonly atMs: number;
}

/**
 * Positions and times of an event in a thousand, in the order of the log. Reads of all streams can begin at the position
 * of an event alone on some servers, so whoever asks for any other place begins at the noted one before it.
 */
export class LogTimes implements LocalIndex {
  readonly name = 'log-times';
  readonly version = 1;
  private readonly noted: Noted[] = [];
  private sinceNoted = EVERY;

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, atMs] of entries) this.noted.push({ position: BigInt(`0x${key}`), atMs: Number(atMs) });
    this.noted.sort((a, b) => (a.position < b.position ? -1 : 1));
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    this.sinceNoted += 1;
    if (this.sinceNoted < EVERY) return;
    this.sinceNoted = 0;
    const { position, atMs } = event;
    this.noted.push({ position, atMs });
    keep.put(position.toString(16).padStart(16, '0'), atMs);
  }

  /** Position of an event at or before a position; 0n if none is known. */
  before(position: bigint): bigint {
    return this.last((noted) => noted.position <= position);
  }

  /**
   * Position of the last event recorded at or before a time; 0n if there is none. It is found by the noted events and by
   * reading on from one of them.
   *
   * Times are those of the decisions. A clock that was set back leaves a stretch of the log whose times are out of order;
   * for a time within it the answer is a position of that stretch.
   */
  async positionAt(events: Pick<EventStore, 'readAll'>, atMs: number): Promise<bigint> {
    let found = this.last((noted) => noted.atMs <= atMs);
    for (;;) {
      const page = await events.readAll(found, EVERY);
      const later = page.findIndex((event) => eventTimeMs(event) > atMs);
      const last = later < 0 ? page.at(-1) : page[later - 1];
      if (last) found = last.position;
      if (later >= 0 || page.length === 0) return found;
    }
  }

  /** The last noted position of which something holds that holds of none behind another of which it does not. */
  private last(holds: (noted: Noted) => boolean): bigint {
    let low = 0;
    let high = this.noted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.noted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return this.noted[low - 1]?.position ?? 0n;
  }
}
