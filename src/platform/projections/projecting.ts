import type { RebuildProgress } from './rebuild.js';

/** Whatever keeps the read models up to date: in this thread, or in one of its own. */
export interface Projecting {
  /** Opens the read models and follows the log. What must be folded anew is so in the background. */
  start(): Promise<void>;
  /**
   * Folds one projection from the beginning of the log into a new collection and swaps it in.
   * A rebuild that was interrupted goes on from where it was.
   */
  rebuild(name: string, onProgress?: (progress: RebuildProgress) => void): Promise<void>;
  /** Finishes the batch under way. */
  stop(): Promise<void>;
}
