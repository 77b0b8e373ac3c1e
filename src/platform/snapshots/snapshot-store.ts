import type { MaybePromise } from '../event-store/event-store.js';

export interface Snapshot {
  /** Revision of the last event folded into `state`. */
  readonly revision: number;
  /** Id of that event: a stream of another log, restored say, has another one there, and another state. */
  readonly event: string;
  /** Time of that event, milliseconds since the epoch. */
  readonly lastAtMs: number;
  /** JSON value. */
  readonly state: unknown;
}

/**
 * A cache of folded state by (stream, state version). Deleting all of it changes nothing but time; a write may be
 * lost, and a failing write is not an error of the command behind it.
 */
export abstract class SnapshotStore {
  abstract load(stream: string, stateVersion: number): MaybePromise<Snapshot | null>;
  abstract save(stream: string, stateVersion: number, snapshot: Snapshot): void;
}

/** Keeps nothing: every load folds the whole stream. */
export class NoSnapshots extends SnapshotStore {
  load(): null {
    return null;
  }
  save(): void {}
}
