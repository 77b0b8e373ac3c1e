import type { RootDatabase } from 'lmdb';
import { committed, openEnvironment } from '../../lmdb/environment.js';
import { LAST_DERIVED_BYTES, Room } from '../../lmdb/room.js';

const MAP_BYTES = 1024 ** 3;

export interface FailedJob {
  readonly id: string;
  readonly dueMs: number;
  readonly attempts: number;
  readonly lastError: string;
  readonly failedAtMs: number;
}

/** Failed wake-ups by queue and id, in an LMDB environment of their own. */
export class FailedJobs {
  private constructor(
    private readonly root: RootDatabase<FailedJob, [string, string]>,
    private readonly room: Room,
  ) {}

  static open(directory: string): FailedJobs {
    const options = { path: directory, noSubdir: false, mapSize: MAP_BYTES, overlappingSync: false };
    return new FailedJobs(
      openEnvironment<FailedJob, [string, string]>({ ...options, encoding: 'json' }),
      new Room(directory, LAST_DERIVED_BYTES),
    );
  }

  /** All of them, the first failed first. */
  *all(): Generator<{ queue: string; failed: FailedJob }> {
    const found = [...this.root.getRange({})].map(({ key, value }) => ({ queue: key[0], failed: value }));
    yield* found.sort((a, b) => a.failed.failedAtMs - b.failed.failedAtMs);
  }

  async put(queue: string, failed: FailedJob): Promise<void> {
    this.room.take(failed.lastError.length);
    await committed(this.root.put([queue, failed.id], failed));
  }

  async remove(queue: string, ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => committed(this.root.remove([queue, id]))));
  }

  close(): Promise<void> {
    return this.root.close();
  }
}
