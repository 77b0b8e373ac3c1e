import type { DueIndex } from './due-index.js';

/** Something that is done when a key of a pending index is due. */
export interface Process {
  /** Names the queue of its wake-ups, its metrics and its place in the admins' list. */
  readonly name: string;
  readonly index: DueIndex;
  /** Runs at once. Default 16. */
  readonly concurrency?: number;
  /**
   * Does the next step for keys that are due, by commands whose ids derive from the key and the step, so that running
   * late, twice or on two nodes changes nothing. What it did is told by an event that moves or settles the key; a key that
   * is still due after a run is run again, later each time. Throws when a step failed.
   *
   * Called with one key, unless {@link together} puts several into one run.
   */
  run(keys: readonly string[]): Promise<void>;
  /**
   * Has what a run of the key will need at hand; called a little before it is due, if there is time for that, and changes
   * nothing. One that fails is left to the run.
   */
  prepare?(key: string): Promise<void>;
  /** Keys with the same answer may share a run, at most `limit` of them. Absent: each runs alone. */
  readonly together?: { groupOf(key: string): string; readonly limit: number };
}
