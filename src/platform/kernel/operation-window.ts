import { NewestMap } from './newest-map.js';

/** Operations kept per generation; a window holds between one and two generations. */
export const WINDOW_GENERATION_SIZE = 2048;

/**
 * What became of the operations in a stream's last few thousand events. An executor that applies an operation must
 * have looked at every revision since the operation was claimed: in here from `since` on, in the stream before that.
 */
export interface OperationWindow {
  /** Every operation recorded at this revision or later is in here. */
  readonly since: number;
  /** The same of `recent`. */
  readonly recentSince: number;
  readonly recent: NewestMap<string>;
  readonly older: NewestMap<string>;
}

/** An empty window of a state that reflects the stream up to `since - 1`. */
export const emptyWindow = (since = 0): OperationWindow => ({
  since,
  recentSince: since,
  recent: NewestMap.empty(),
  older: NewestMap.empty(),
});

/** The window with the outcome of an operation recorded at `revision`; a later outcome replaces an earlier one. */
export function recordOperation(
  window: OperationWindow,
  operation: string,
  outcome: string,
  revision: number,
): OperationWindow {
  const { since, recent, recentSince, older } = window;
  if (recent.size < WINDOW_GENERATION_SIZE) {
    return { since, recentSince, recent: recent.set(operation, outcome), older };
  }
  return {
    since: recentSince,
    // What else the event says of operations may be with those before: all is here from the next revision on.
    recentSince: revision + 1,
    recent: NewestMap.of([[operation, outcome]]),
    older: recent,
  };
}

/** The operation's last outcome in the window, undefined if there is none. */
export const findOperation = (window: OperationWindow, operation: string): string | undefined =>
  window.recent.get(operation) ?? window.older.get(operation);
