import type { EventStore } from '../event-store/event-store.js';
import { eventTimeMs } from '../execution/event-codec.js';

/**
 * Position of the last event recorded at or before a time; 0n if there is none. Found by halving the log: some forty
 * reads of one event, however long it is.
 *
 * Times are those of the decisions. A clock that was set back leaves a stretch of the log whose times are out of order;
 * for a time within it the answer is a position of that stretch.
 */
export async function positionAt(events: EventStore, atMs: number): Promise<bigint> {
  let found = 0n;
  let low = 0n;
  let high = await events.headPosition();
  while (low < high) {
    const middle = (low + high) / 2n;
    const [event] = await events.readAll(middle, 1);
    if (event && event.position <= high && eventTimeMs(event) <= atMs) {
      found = event.position;
      low = event.position;
    } else {
      high = middle;
    }
  }
  return found;
}
