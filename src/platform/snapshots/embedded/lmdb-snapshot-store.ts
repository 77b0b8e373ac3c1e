import { rmSync } from 'node:fs';
import { crc32c } from '@node-rs/crc32';
import type { RootDatabase } from 'lmdb';
import { committed, openEnvironment } from '../../lmdb/environment.js';
import { problemOfEnvironment } from '../../lmdb/environment-file.js';
import { LAST_DERIVED_BYTES, Room } from '../../lmdb/room.js';
import { type Snapshot, SnapshotStore } from '../snapshot-store.js';

const MAP_BYTES = 64 * 1024 ** 3;
/** CRC32C of the JSON behind it: balances are decided on what is stored here, and LMDB checks nothing. */
const CHECKSUM_BYTES = 4;

const openRoot = (directory: string): RootDatabase<Buffer, Buffer> =>
  openEnvironment<Buffer, Buffer>({
    path: directory,
    noSubdir: false,
    mapSize: MAP_BYTES,
    encoding: 'binary',
    keyEncoding: 'binary',
  });

const keyOf = (stream: string, stateVersion: number): Buffer => Buffer.from(`${stream}\0${stateVersion}`);

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== 'object' || value === null) return false;
  const { revision, event, lastAtMs, state } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(revision) &&
    Number(revision) >= 0 &&
    typeof event === 'string' &&
    typeof lastAtMs === 'number' &&
    state !== undefined
  );
}

/**
 * Snapshots in an LMDB environment of their own, as JSON. A snapshot is flushed some time after it is saved, the
 * newest of a stream and state version replaces the one before, and whatever cannot be read counts as not there.
 */
export class LmdbSnapshotStore extends SnapshotStore {
  private constructor(
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly room: Room,
  ) {
    super();
  }

  /** Opens the folder; one that holds no environment is emptied, as nothing in it is needed. */
  static open(directory: string): LmdbSnapshotStore {
    if (problemOfEnvironment(directory)) rmSync(directory, { recursive: true });
    return new LmdbSnapshotStore(openRoot(directory), new Room(directory, LAST_DERIVED_BYTES));
  }

  load(stream: string, stateVersion: number): Snapshot | null {
    try {
      const stored = this.root.get(keyOf(stream, stateVersion));
      if (!stored) return null;
      const text = stored.subarray(CHECKSUM_BYTES);
      if (stored.readUInt32BE() !== crc32c(text)) return null;
      const value: unknown = JSON.parse(text.toString('utf8'));
      return isSnapshot(value) ? value : null;
    } catch {
      return null;
    }
  }

  save(stream: string, stateVersion: number, snapshot: Snapshot): void {
    try {
      const text = Buffer.from(JSON.stringify(snapshot));
      const value = Buffer.allocUnsafe(CHECKSUM_BYTES + text.length);
      value.writeUInt32BE(crc32c(text));
      value.set(text, CHECKSUM_BYTES);
      this.room.take(value.length);
      // A snapshot that is not written, for want of space say, costs the next load some time.
      committed(this.root.put(keyOf(stream, stateVersion), value)).catch(() => undefined);
    } catch {
      return;
    }
  }

  /** Waits for what was saved to be written. */
  async close(): Promise<void> {
    await this.root.close();
  }
}
