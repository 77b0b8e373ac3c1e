import { EventStoreError } from '../event-store/event-store.js';
import { StoreUnavailable } from '../kernel/store-unavailable.js';

/** A server that is away fails each call and each retry, hundreds of times a second: it is told this often. */
export const TOLD_EVERY_MS = 10_000;

/** Causes of causes that are looked at. */
const MAX_CAUSES = 4;

/** How many came since the line before and were not told; nothing where none were. */
interface Unsaid {
  readonly unsaid?: number;
}

/** Tells of the first of many, and from then on at most every ten seconds. */
export function seldom<Told extends readonly unknown[]>(
  tell: (unsaid: Unsaid, ...told: Told) => void,
  nowMs: () => number = () => performance.now(),
): (...told: Told) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return (...told) => {
    if (nowMs() - toldAtMs < TOLD_EVERY_MS) {
      unsaid += 1;
      return;
    }
    toldAtMs = nowMs();
    tell(unsaid === 0 ? {} : { unsaid }, ...told);
    unsaid = 0;
  };
}

/** For work that every key waits for: all of it fails at once while a server is away, and each error else is one to be told. */
export function tellingOutagesSeldom<Told extends readonly unknown[]>(
  tell: (unsaid: Unsaid, error: unknown, ...told: Told) => void,
): (error: unknown, ...told: Told) => void {
  const tellOutage = seldom(tell);
  return (error, ...told) => (isAway(error) ? tellOutage(error, ...told) : tell({}, error, ...told));
}

/** Whether something is away, or full, or failed because of such a thing. */
export const isAway = (error: unknown, causes = MAX_CAUSES): boolean =>
  error instanceof StoreUnavailable ||
  (error instanceof EventStoreError && (error.code === 'Unavailable' || error.code === 'StorageFull')) ||
  (error instanceof Error && causes > 0 && isAway(error.cause, causes - 1));
