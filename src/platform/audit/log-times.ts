import { setImmediate as nextTurn } from 'node:timers/promises';
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
    let low = 0;
    let high = this.noted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.noted[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return this.noted[low - 1]?.position ?? 0n;
  }

  /**
   * Position of the last event recorded at or before a time; 0n if there is none. It is found by the noted events and by
   * reading on from one of them.
   *
   * Times are those of the decisions. A clock that was ahead leaves a stretch of the log with later times than what follows: for
   * a time after it was put right, the stretch lies before the answer.
   */
  async positionAt(events: Pick<EventStore, 'readAll'>, atMs: number): Promise<bigint> {
    const newest = this.noted.at(-1)?.position ?? 0n;
    // Nothing tells of what follows the last noted one: the clock may have been put right since.
    const since = await lastUpTo(events, atMs, newest, null);
    if (since !== newest) return since;
    const { from, end } = this.around(atMs);
    return from === newest ? newest : lastUpTo(events, atMs, from, end);
  }

  /** The last noted event at or before a time, and from which noted one on all that are noted are later. */
  private around(atMs: number): { readonly from: bigint; readonly end: bigint | null } {
    let end: bigint | null = null;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (let place = this.noted.length - 1; place >= 0; place -= 1) {
      const noted = this.noted[place]!;
      if (noted.atMs <= atMs) return { from: noted.position, end };
      if (noted.atMs <= earliestMs) end = noted.position;
      earliestMs = Math.min(earliestMs, noted.atMs);
    }
    return { from: 0n, end };
  }
}

/** Position of the last event at or before a time after `from` and before `end` (null: up to the end of the log); `from` if there is none. */
async function lastUpTo(
  events: Pick<EventStore, 'readAll'>,
  atMs: number,
  from: bigint,
  end: bigint | null,
): Promise<bigint> {
  let found = from;
  for (let after = from; ; ) {
    const page = await events.readAll(after, EVERY);
    for (const event of page) {
      if (end !== null && event.position >= end) return found;
      if (eventTimeMs(event) <= atMs) found = event.position;
      after = event.position;
    }
    if (page.length === 0) return found;
    // What a clock that was ahead has dated may be long, and the embedded engine answers at once.
    await nextTurn();
  }
}
