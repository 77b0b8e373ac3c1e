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
 * before, which must still be there. Every later record is stored only while the claim is there. So of two one appends, and the other is
 * told at once.
 *
 * A record that failed for want of space leaves its place free for good, where another process could begin: the next record makes a new
 * claim, so that whoever knows of the old one may not.
 */
export class WriterClaim {
  private key = newKey();
  private earlier: readonly Buffer[];
  private isMade = false;
  /** Whether any record of this process is on disk. */
  private hasStored = false;

  /** @param table where claims are kept, in the environment of the log */
  constructor(private readonly table: Table) {
    const range = table.getKeys({ start: Buffer.from(PREFIX), end: Buffer.from(`${PREFIX}~`) });
    this.earlier = [...range].map((key) => Buffer.from(key));
  }

  /** Writes what `store` does, within the same commit, if the log is this process's. To be called in a block of writes. */
  hold(log: Table, place: Buffer, store: () => void): Promise<boolean> {
    const { key, earlier } = this;
    if (this.isMade) return this.table.ifVersion(key, IF_EXISTS, store);
    this.isMade = true;
    const claim = (): void => {
      for (const before of earlier) this.table.remove(before);
      this.table.put(key, EMPTY);
      store();
    };
    return both(
      (next) => log.ifNoExists(place, next),
      () => this.whileThere(earlier, claim),
    );
  }

  /**
   * After a commit that stored nothing: looks what is on disk. Answers whether this process has the log: where it has not, its first record must come
   * directly behind the last one, or that nothing stands in its place would not mean that nobody has written.
   */
  rewind(): boolean {
    this.isMade = false;
    if (this.table.get(this.key) === undefined) return this.hasStored;
    this.hasStored = true;
    this.earlier = [this.key];
    this.key = newKey();
    return true;
  }

  /** Writes within the same commit if all these claims are there. */
  private whileThere([key, ...others]: readonly Buffer[], write: () => void): Promise<boolean> {
    if (!key) {
      write();
      return Promise.resolve(true);
    }
    return both(
      (next) => this.table.ifVersion(key, IF_EXISTS, next),
      () => this.whileThere(others, write),
    );
  }
}

const newKey = (): Buffer => Buffer.from(PREFIX + randomBytes(12).toString('hex'));

/** A condition within another one, of the same commit. */
async function both(
  outer: (next: () => void) => Promise<boolean>,
  inner: () => Promise<boolean>,
): Promise<boolean> {
  let isInner = Promise.resolve(false);
  const isOuter = outer(() => {
    isInner = inner();
  });
  // Where the commit fails both do, and the first is enough to know.
  isInner.catch(() => {});
  return (await isOuter) && isInner;
}
