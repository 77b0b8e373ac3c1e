import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import type { CachedStream } from './stream-cache.js';

/** Events of one stream after which a new snapshot is worth its bytes. */
const SNAPSHOT_EVERY = 1000;

export interface SnapshotOptions {
  readonly snapshots: SnapshotStore;
  /** Events between two snapshots of a stream; default {@link SNAPSHOT_EVERY}. */
  readonly snapshotEvery?: number;
}

/** Saves what a stream is at a revision that is on disk, if the last snapshot is old enough. */
export function takeSnapshot(
  { snapshots, snapshotEvery = SNAPSHOT_EVERY }: SnapshotOptions,
  entry: CachedStream,
  { state, revision }: { readonly state: unknown; readonly revision: number },
): void {
  if (!entry.aggregate.snapshot || revision - entry.snapshotRevision < snapshotEvery) return;
  entry.snapshotRevision = revision;
  const snapshot = { revision, lastAtMs: entry.lastAtMs, state: entry.aggregate.snapshot.encode(state) };
  snapshots.save(entry.stream, entry.aggregate.stateVersion, snapshot);
}
