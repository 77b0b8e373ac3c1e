import type { FoldedBatch } from '../projecting.js';
import type { Manifest } from '../read-models.js';
import type { RebuildProgress } from '../rebuild.js';
import type { Verified } from '../verification.js';

/** A thread's `workerData`. */
export interface ProjectionThreadData {
  readonly logDirectory: string;
  readonly documentsDirectory: string;
  /** Prefix of all stream names: `kf`. */
  readonly namespace: string;
  /** Whether a thread before this one has ended: readers have collections open that were swapped out since. */
  readonly isRestarted: boolean;
}

/** From the thread that sells to the one that folds. */
export type Order =
  /** Something was stored after the position of the last `idle`. */
  | { readonly kind: 'news' }
  /** Somebody waits for the documents to reflect this position. */
  | { readonly kind: 'awaited'; readonly position: bigint }
  /** Answered by `finished` with the same number. */
  | { readonly kind: 'rebuild'; readonly number: number; readonly projections: readonly string[] }
  | { readonly kind: 'verify'; readonly number: number; readonly projection: string }
  /** Finish, close the stores and end. */
  | { readonly kind: 'stop' };

/** From the thread that folds. */
export type Report =
  | { readonly kind: 'started' }
  /** Everything up to the position after which there was nothing is read: `news` is wanted. */
  | { readonly kind: 'idle'; readonly position: bigint }
  /** These documents are written. */
  | { readonly kind: 'manifest'; readonly manifest: Manifest; readonly batch?: FoldedBatch }
  /** This is being folded anew at the moment. */
  | { readonly kind: 'rebuilding'; readonly rebuilding: readonly RebuildProgress[] }
  | { readonly kind: 'progress'; readonly number: number; readonly progress: RebuildProgress }
  | { readonly kind: 'finished'; readonly number: number; readonly result: Verified | null }
  | { readonly kind: 'unfinished'; readonly number: number; readonly error: Error }
  /** A projection could not fold; it is tried again. */
  | { readonly kind: 'failed'; readonly error: Error }
  /** Nobody handled this: the thread closes the stores and ends. */
  | { readonly kind: 'crashed'; readonly error: Error }
  /** The thread's last word: its stores are closed. */
  | { readonly kind: 'closed' };

export const toError = (value: unknown): Error => (value instanceof Error ? value : new Error(String(value)));
