import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '../../../platform/event-store/event-store.js';

const PAGE = 512;

/** Whether an event after one position, and up to another, names the attempt as its cause. Other work runs between pages. */
export async function hasAttemptStored(
  events: EventStore,
  attemptId: string,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<boolean> {
  const named = Buffer.from(`"causationId":"${attemptId}"`);
  let position = after;
  while (position < upTo) {
    const page = await events.readAll(position, PAGE);
    for (const event of page) {
      if (event.position > upTo) return false;
      if (event.metadata.includes(named)) return true;
      position = event.position;
    }
    if (page.length === 0) return false;
    await nextTurn();
  }
  return false;
}
