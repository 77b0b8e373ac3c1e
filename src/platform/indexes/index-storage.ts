import type { LogMark } from '../event-store/log-mark.js';

/** One index's part of a flush. */
export interface IndexWrite {
  readonly index: string;
  readonly version: number;
  /** Every event up to here is reflected. */
  readonly position: bigint;
  /** Undefined deletes. */
  readonly entries: ReadonlyMap<string, unknown>;
}

/** Where the indexes' entries and checkpoints are kept, on this node. All writes of one flush are one commit. */
export abstract class IndexStorage {
  /** The position that the index's entries reflect; null if there is none of that version. */
  abstract checkpoint(index: string, version: number): bigint | null;
  abstract get(index: string, key: string): unknown;
  abstract entries(index: string): Iterable<[string, unknown]>;
  /** Forgets an index, before it is rebuilt. */
  abstract clear(index: string): Promise<void>;
  /** @param mark the last event that the entries reflect. */
  abstract write(writes: readonly IndexWrite[], mark: LogMark): Promise<void>;
  /** That of the last write; null if there was none. */
  abstract mark(): LogMark | null;
  /** Writes entries and leaves the checkpoint as it is. */
  abstract writeAhead(index: string, entries: ReadonlyMap<string, unknown>): Promise<void>;
  abstract close(): Promise<void>;
}
