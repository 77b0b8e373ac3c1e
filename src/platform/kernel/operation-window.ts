/** Operations kept per generation; a window holds between one and two generations. */
export const WINDOW_GENERATION_SIZE = 2048;

/**
 * What became of the operations in a stream's last few thousand events. An executor that applies an operation must
 * have looked at every revision since the operation was claimed: in here from `since` on, in the stream before that.
 */
export interface OperationWindow {
  /** Every operation recorded at this revision or later is in here. */
  readonly since: number;
  /** Revision at which `recent` begins. */
  readonly recentSince: number;
  readonly recent: Outcomes;
  readonly older: Outcomes;
}

interface Outcome {
  readonly place: number;
  readonly operation: string;
  readonly outcome: string;
  /** What was recorded for the same operation before. */
  readonly before: Outcome | undefined;
}

/**
 * The first `size` of a list of outcomes that only grows. Adding to the longest one adds in place, which shorter ones
 * never see; adding to a shorter one makes a list of its own. So each is an immutable value, and a stream that is
 * folded on and on costs an entry of a `Map` for each operation.
 */
class Outcomes {
  private constructor(
    private readonly list: Outcome[],
    private readonly byOperation: Map<string, Outcome>,
    readonly size: number,
  ) {}

  static readonly NONE = new Outcomes([], new Map(), 0);

  get(operation: string): string | undefined {
    let found = this.byOperation.get(operation);
    while (found && found.place >= this.size) found = found.before;
    return found?.outcome;
  }

  with(operation: string, outcome: string): Outcomes {
    const isLongest = this.size > 0 && this.size === this.list.length;
    return (isLongest ? this : this.copy()).grown(operation, outcome);
  }

  private grown(operation: string, outcome: string): Outcomes {
    const { list, byOperation } = this;
    const added = { place: list.length, operation, outcome, before: byOperation.get(operation) };
    byOperation.set(operation, added);
    list.push(added);
    return new Outcomes(list, byOperation, list.length);
  }

  private copy(): Outcomes {
    let copied = new Outcomes([], new Map(), 0);
    for (const { operation, outcome } of this.list.slice(0, this.size))
      copied = copied.grown(operation, outcome);
    return copied;
  }
}

/** An empty window of a state that reflects the stream up to `since - 1`. */
export const emptyWindow = (since = 0): OperationWindow => ({
  since,
  recentSince: since,
  recent: Outcomes.NONE,
  older: Outcomes.NONE,
});

/** The window with the outcome of an operation recorded at `revision`; a later outcome replaces an earlier one. */
export function recordOperation(
  window: OperationWindow,
  operation: string,
  outcome: string,
  revision: number,
): OperationWindow {
  const { recent, recentSince } = window;
  if (recent.size < WINDOW_GENERATION_SIZE) {
    return { ...window, recent: recent.with(operation, outcome) };
  }
  return {
    since: recentSince,
    recentSince: revision,
    older: recent,
    recent: Outcomes.NONE.with(operation, outcome),
  };
}

/** The operation's last outcome in the window, undefined if there is none. */
export const findOperation = (window: OperationWindow, operation: string): string | undefined =>
  window.recent.get(operation) ?? window.older.get(operation);
