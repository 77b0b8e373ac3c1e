import { randomBytes } from 'node:crypto';
import { IF_EXISTS } from 'lmdb';
import type { Table } from './log-environment.js';

const PREFIX = 'writer-';
const EMPTY = Buffer.alloc(0);

/**
 * Which process may append to a log, told by the log itself. The lock of the data directory keeps all others away; where it was removed
 * under a running server, both would go on from the same record and overwrite what the other has acknowledged.
 *
 * A process claims the log with its first record, which is stored only if nothing stands in its place, and takes away the claim of the one
 * before. Every later record is stored only while the claim is there. So of two one appends, and the other is told at once.
 */
export class WriterClaim {
  private readonly key = Buffer.from(PREFIX + randomBytes(12).toString('hex'));
  private readonly earlier: readonly Buffer[];
  private isMade = false;

  /** @param table where claims are kept, in the environment of the log */
  constructor(private readonly table: Table) {
    const range = table.getKeys({ start: Buffer.from(PREFIX), end: Buffer.from(`${PREFIX}~`) });
    this.earlier = [...range].map((key) => Buffer.from(key));
  }

  /** Writes what `store` does, within the same commit, if the log is this process's. To be called in a block of writes. */
  hold(log: Table, place: Buffer, store: () => void): Promise<boolean> {
    if (this.isMade) return this.table.ifVersion(this.key, IF_EXISTS, store);
    this.isMade = true;
    return log.ifNoExists(place, () => {
      for (const key of this.earlier) this.table.remove(key);
      this.table.put(this.key, EMPTY);
      store();
    });
  }

  /** After a commit that stored nothing: looks whether the claim is on disk. */
  rewind(): void {
    this.isMade = this.table.get(this.key) !== undefined;
  }
}
