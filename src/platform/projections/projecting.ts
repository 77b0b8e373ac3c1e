import type { EventStore, RecordedEvent } from '../event-store/event-store.js';
import type { OnProgress, RebuildProgress } from './rebuild.js';
import type { Verified } from './verification.js';

/** How far the read models are behind the log, and what is being folded anew. */
export interface ProjectingStatus {
  /** Everything up to here is in the documents. */
  readonly position: bigint;
  /** Position of the log's last event. */
  readonly head: bigint;
  /** Positions between the two. */
  readonly lagEvents: number;
  /** Age of the oldest event that the documents lack, counted from its decision; 0 if they lack none. */
  readonly lagSeconds: number;
  readonly rebuilding: readonly RebuildProgress[];
}

/** Events whose documents have just become readable. */
export interface FoldedBatch {
  readonly events: number;
  /** When the first of them was decided: UTC ISO. */
  readonly firstAt: string;
}

/** Whatever keeps the read models up to date: in this thread, or in one of its own. */
export interface Projecting {
  /** Opens the read models and follows the log. What must be folded anew is so in the background. */
  start(): Promise<void>;
  /**
   * Folds projections, in one pass from the beginning of the log, into new collections and swaps them in together.
   * An interrupted rebuild of the same projections goes on from where it was, unless others were rebuilt since.
   */
  rebuild(names: readonly string[], onProgress?: OnProgress): Promise<void>;
  /** Folds one projection anew into a collection that nobody reads, and compares it with the one that is read. */
  verify(name: string, onProgress?: OnProgress): Promise<Verified>;
  status(): Promise<ProjectingStatus>;
  /** Finishes the batch under way. */
  stop(): Promise<void>;
}

/** When an event was decided: UTC ISO. */
export const decidedAt = ({ metadata }: RecordedEvent): string =>
  (JSON.parse(metadata.toString()) as { readonly at: string }).at;

/** Seconds from a moment (UTC ISO) until now. */
export const secondsSince = (at: string): number => Math.max(0, (Date.now() - Date.parse(at)) / 1000);

/** How far a position is behind the log. */
export async function lagBehind(
  log: Pick<EventStore, 'headPosition' | 'readAll'>,
  position: bigint,
): Promise<Pick<ProjectingStatus, 'position' | 'head' | 'lagEvents' | 'lagSeconds'>> {
  const head = await log.headPosition();
  const [next] = head > position ? await log.readAll(position, 1) : [];
  const lagSeconds = next ? secondsSince(decidedAt(next)) : 0;
  return { position, head, lagEvents: Math.max(0, Number(head - position)), lagSeconds };
}
