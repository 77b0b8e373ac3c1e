import type { StreamAppend } from '../event-store/event-store.js';
import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import type { CachedStream } from './stream-cache.js';

/** Events of one stream after which a new snapshot is worth its bytes. */
const SNAPSHOT_EVERY = 1000;

export interface SnapshotOptions {
  readonly snapshots: SnapshotStore;
  /** Events between two snapshots of a stream; default {@link SNAPSHOT_EVERY}. */
  readonly snapshotEvery?: number;
}

/**
 * Saves what a stream is at a revision that is on disk, if there were enough events since the last snapshot: for a large
 * state as many as that one had parts, so that writing all of them costs each event the same, however many there are.
 * @param stored what was stored of the stream last, up to that revision
 */
export function takeSnapshot(
  { snapshots, snapshotEvery = SNAPSHOT_EVERY }: SnapshotOptions,
  entry: CachedStream,
  { state, revision }: { readonly state: unknown; readonly revision: number },
  stored: readonly StreamAppend[],
): void {
  const { snapshot: taken } = entry.aggregate;
  if (!taken || revision - entry.snapshotRevision < Math.max(snapshotEvery, entry.snapshotParts)) return;
  entry.snapshotRevision = revision;
  entry.snapshotParts = taken.parts?.(state) ?? 0;
  const event = stored.findLast(({ stream }) => stream === entry.stream)!.events.at(-1)!.id;
  const snapshot = { revision, event, lastAtMs: entry.lastAtMs, state: taken.encode(state) };
  snapshots.save(entry.stream, entry.aggregate.stateVersion, snapshot);
}
