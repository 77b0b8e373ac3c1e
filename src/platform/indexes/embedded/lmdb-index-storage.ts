import { setImmediate as turn } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import type { LogMark } from '../../event-store/log-mark.js';
import { committed, openEnvironment } from '../../lmdb/environment.js';
import { EnvironmentDamaged } from '../../lmdb/environment-file.js';
import { LAST_DERIVED_BYTES, Room } from '../../lmdb/room.js';
import { IndexStorage, type IndexWrite } from '../index-storage.js';

const MAP_BYTES = 64 * 1024 ** 3;
/** Entries handed over without letting other work run. */
const ENTRIES_AT_ONCE = 250;
/** What an entry may take with its part of a page. */
const ENTRY_BYTES = 200;
const MARK = 'm';

interface Checkpoint {
  readonly version: number;
  readonly position: string;
}

/** Index entries in an LMDB environment of their own: losing it costs a rebuild. */
export class LmdbIndexStorage extends IndexStorage {
  private constructor(
    private readonly directory: string,
    private readonly root: RootDatabase<unknown, string>,
    private readonly room: Room,
  ) {
    super();
  }

  static open(directory: string): LmdbIndexStorage {
    const root = openEnvironment<unknown, string>({
      path: directory,
      noSubdir: false,
      mapSize: MAP_BYTES,
      encoding: 'json',
    });
    return new LmdbIndexStorage(directory, root, new Room(directory, LAST_DERIVED_BYTES));
  }

  /** What {@link mark} would say, beside a running server: opens the file for reading alone. */
  static async storedMark(directory: string): Promise<LogMark | null> {
    const options = { path: directory, noSubdir: false, mapSize: MAP_BYTES, readOnly: true } as const;
    const root = openEnvironment<unknown, string>({ ...options, encoding: 'json' });
    const mark = root.get(MARK) as LogMark | undefined;
    await root.close();
    return mark ?? null;
  }

  checkpoint(index: string, version: number): bigint | null {
    const stored = this.read(`c/${index}`) as Checkpoint | undefined;
    return stored?.version === version ? BigInt(stored.position) : null;
  }

  get(index: string, key: string): unknown {
    return this.read(`e/${index}/${key}`);
  }

  *entries(index: string): Iterable<[string, unknown]> {
    const prefix = `e/${index}/`;
    try {
      for (const { key, value } of this.root.getRange({ start: prefix, end: `e/${index}0` })) {
        yield [key.slice(prefix.length), value];
      }
    } catch (error) {
      throw this.damaged(error);
    }
  }

  async clear(index: string): Promise<void> {
    const removing = this.root.transaction(() => {
      this.root.remove(`c/${index}`);
      const keys = this.root.getKeys({ start: `e/${index}/`, end: `e/${index}0`, snapshot: false });
      for (const key of keys) this.root.remove(key);
    });
    await committed(removing);
  }

  async write(writes: readonly IndexWrite[], mark: LogMark): Promise<void> {
    this.room.take(writes.reduce((sum, { entries }) => sum + entries.size * ENTRY_BYTES, 0));
    const writing = this.root.batch(() => {
      this.root.put(MARK, mark);
      for (const { index, version, position, entries } of writes) {
        this.put(index, entries);
        const checkpoint: Checkpoint = { version, position: position.toString() };
        this.root.put(`c/${index}`, checkpoint);
      }
    });
    await committed(writing);
  }

  mark(): LogMark | null {
    return (this.read(MARK) as LogMark | undefined) ?? null;
  }

  async writeAhead(index: string, entries: ReadonlyMap<string, unknown>): Promise<void> {
    this.room.take(entries.size * ENTRY_BYTES);
    const written: Promise<unknown>[] = [];
    // In their order, so that the entries of one piece lie on few pages.
    const all = [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
    for (let first = 0; first < all.length; first += ENTRIES_AT_ONCE) {
      if (first > 0) await turn();
      const writing = committed(
        this.root.batch(() => this.put(index, all.slice(first, first + ENTRIES_AT_ONCE))),
      );
      // It is waited for below; until then nobody has its failure.
      writing.catch(() => undefined);
      written.push(writing);
    }
    await Promise.all(written);
  }

  /** @throws {EnvironmentDamaged} */
  private read(key: string): unknown {
    try {
      return this.root.get(key);
    } catch (error) {
      throw this.damaged(error);
    }
  }

  private damaged(error: unknown): EnvironmentDamaged {
    const why = (error as Error).message;
    return new EnvironmentDamaged(
      `the indexes in ${this.directory} cannot be read (${why}): stop, delete that folder, and start again; they are built anew from the log`,
    );
  }

  private put(index: string, entries: Iterable<readonly [string, unknown]>): void {
    for (const [key, value] of entries) {
      if (value === undefined) this.root.remove(`e/${index}/${key}`);
      else this.root.put(`e/${index}/${key}`, value);
    }
  }

  close(): Promise<void> {
    return this.root.close();
  }
}
