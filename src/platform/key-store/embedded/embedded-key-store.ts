import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MaybePromise } from '../../event-store/event-store.js';
import type { Ids } from '../../kernel/ids.js';
import { committed } from '../../lmdb/environment.js';
import { LAST_BYTES, Room } from '../../lmdb/room.js';
import { type MasterKey, MasterKeyError } from '../../security/master-key.js';
import { type DataKey, KeyStore } from '../key-store.js';
import {
  copyEntries,
  ENV_FILE,
  type Entries,
  openEntries,
  openKeys,
  removeStaleCopy,
  replaceFile,
  STALE_COPY,
} from './key-environment.js';

const KEY_BYTES = 32;
const MAX_SCOPE_LENGTH = 200;
const CHECK = 'check';
/** Stands while a destroyed key's bytes may still lie in the file. */
const PURGE = 'purge';
/** Stands once a log needs these keys. */
const LOG = 'log';
const keyOf = (id: string): string => `k:${id}`;
const scopeOf = (scope: string): string => `s:${scope}`;
const labelOf = (id: string, scope: string): string => `data-key|${id}|${scope}`;

/** Keys made in one commit. */
const KEYS_TOGETHER = 256;

/** Scopes for which keys are made together, and those keys. */
interface Gathered {
  readonly scopes: string[];
  readonly made: Promise<ReadonlyMap<string, DataKey>>;
}

/** A wrapped data key as stored. */
interface StoredKey {
  readonly scope: string;
  readonly wrapped: Buffer;
}

/** What is stored of data keys; `key` is null where there is none yet, or another master key wraps it. */
export interface StoredKeys {
  readonly matches: boolean;
  readonly haveLog: boolean;
  readonly key: Buffer | null;
}

/**
 * Data keys in a small LMDB environment of its own, one file, used by one process at a time.
 *
 * LMDB leaves deleted values lying in free pages and in the gaps of used ones. So after a deletion all live entries
 * are written into a fresh file which replaces the old one, whose bytes are overwritten; a mark in the store makes the
 * next start finish a replacement that a crash cut off. Writes are one at a time, reads go on meanwhile. Keys that are asked for
 * during a write share the next one: each new customer's first sale waits for one.
 */
export class EmbeddedKeyStore extends KeyStore {
  private readonly making = new Map<string, Promise<DataKey>>();
  /** What the next write makes; null while nothing is asked for. */
  private gathered: Gathered | null = null;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly room: Room;
  private swapping: Promise<void> | null = null;

  private constructor(
    private readonly folder: string,
    private master: MasterKey,
    private readonly ids: Ids,
    private entries: Entries,
  ) {
    super();
    this.room = new Room(folder, LAST_BYTES);
  }

  /**
   * @param folder is made when missing.
   * @throws {MasterKeyError} `Mismatch` when the stored keys were wrapped by another master key.
   * @throws {EnvironmentDamaged}
   */
  static async open(folder: string, master: MasterKey, ids: Ids): Promise<EmbeddedKeyStore> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    removeStaleCopy(folder);
    const entries = openKeys(folder);
    const check = entries.get(CHECK) as string | undefined;
    if (check !== undefined && check !== master.checkValue()) {
      await entries.close();
      throw new MasterKeyError(
        'Mismatch',
        'this data was made with another master key: start with the KEYFORGE_MASTER_KEY (or master.key) it was made with',
      );
    }
    if (check === undefined) await committed(entries.put(CHECK, master.checkValue()));
    const store = new EmbeddedKeyStore(folder, master, ids, entries);
    if (entries.get(PURGE) !== undefined) await store.exclusively(() => store.purge());
    return store;
  }

  /** Whether the keys in `folder` were wrapped by this key; true for a folder that holds none yet. */
  static async matches(folder: string, master: MasterKey): Promise<boolean> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const entries = openKeys(folder);
    const check = entries.get(CHECK) as string | undefined;
    await entries.close();
    return check === undefined || check === master.checkValue();
  }

  /** What {@link matches}, {@link haveLog} and {@link obtain} of a scope would say, beside a running server: opens the file for reading alone. */
  static async stored(folder: string, master: MasterKey | null, scope: string): Promise<StoredKeys> {
    const entries = openKeys(folder, { readOnly: true });
    const check = entries.get(CHECK) as string | undefined;
    const haveLog = entries.get(LOG) !== undefined;
    const id = entries.get(scopeOf(scope)) as string | undefined;
    const key = id === undefined ? undefined : (entries.get(keyOf(id)) as StoredKey | undefined);
    await entries.close();
    const matches = check === undefined || check === master?.checkValue();
    if (!matches || !master || id === undefined || !key) return { matches, haveLog, key: null };
    return { matches, haveLog, key: master.unwrap(key.wrapped, labelOf(id, scope)) };
  }

  /** Whether a log was written with these keys. */
  get haveLog(): boolean {
    return this.entries.get(LOG) !== undefined;
  }

  /** A log needs these keys from now on. */
  noteLog(): Promise<void> {
    return this.exclusively(async () => {
      await committed(this.entries.put(LOG, true));
    });
  }

  obtain(scope: string): MaybePromise<DataKey> {
    if (scope.length === 0 || scope.length > MAX_SCOPE_LENGTH)
      throw new RangeError('a key scope has 1…200 chars');
    if (this.swapping) return this.swapping.then(() => this.obtain(scope));
    const id = this.entries.get(scopeOf(scope)) as string | undefined;
    const known = id === undefined ? null : this.unwrap(id);
    if (known) return known;
    const underWay = this.making.get(scope);
    if (underWay) return underWay;
    const made = this.make(scope).finally(() => this.making.delete(scope));
    this.making.set(scope, made);
    return made;
  }

  find(id: string): MaybePromise<DataKey | null> {
    if (this.swapping) return this.swapping.then(() => this.find(id));
    return this.unwrap(id);
  }

  destroy(scope: string): Promise<boolean> {
    return this.exclusively(async () => {
      const id = this.entries.get(scopeOf(scope)) as string | undefined;
      if (id !== undefined) {
        await this.write(KEY_BYTES, () => {
          this.entries.remove(scopeOf(scope));
          this.entries.remove(keyOf(id));
          this.entries.put(PURGE, true);
        });
      }
      // Also what a destruction before it left behind that failed.
      if (this.entries.get(PURGE) !== undefined) await this.purge();
      return id !== undefined;
    });
  }

  /** Wraps every data key with another master key, all or none. Answers how many. */
  rewrap(next: MasterKey): Promise<number> {
    return this.exclusively(async () => {
      let count = 0;
      await this.rebuild((key, value) => {
        if (key === CHECK) return next.checkValue();
        if (!key.startsWith('k:')) return value;
        const { scope, wrapped } = value as StoredKey;
        const label = labelOf(key.slice(2), scope);
        count += 1;
        return { scope, wrapped: next.wrap(this.master.unwrap(wrapped, label), label) };
      }, next);
      return count;
    });
  }

  /** Writes a compact copy into an empty folder. Nothing of a destroyed key is in it: destructions end before or begin after. */
  copyTo(folder: string): Promise<void> {
    return this.exclusively(() => this.entries.backup(join(folder, ENV_FILE), true));
  }

  async close(): Promise<void> {
    await this.exclusively(() => this.entries.close());
  }

  private unwrap(id: string): DataKey | null {
    const stored = this.entries.get(keyOf(id)) as StoredKey | undefined;
    if (!stored) return null;
    return { id, key: this.master.unwrap(stored.wrapped, labelOf(id, stored.scope)) };
  }

  private async make(scope: string): Promise<DataKey> {
    if (this.gathered === null || this.gathered.scopes.length === KEYS_TOGETHER)
      this.gathered = this.gather();
    const { scopes, made } = this.gathered;
    scopes.push(scope);
    return (await made).get(scope)!;
  }

  private gather(): Gathered {
    const scopes: string[] = [];
    const made = this.exclusively(() => {
      if (this.gathered?.scopes === scopes) this.gathered = null;
      return this.makeAll(scopes);
    });
    return { scopes, made };
  }

  private async makeAll(scopes: readonly string[]): Promise<ReadonlyMap<string, DataKey>> {
    const made = scopes.map(
      (scope) => [scope, { id: this.ids.uuid(), key: randomBytes(KEY_BYTES) }] as const,
    );
    await this.write(scopes.length * KEY_BYTES, () => {
      for (const [scope, { id, key }] of made) {
        const stored: StoredKey = { scope, wrapped: this.master.wrap(key, labelOf(id, scope)) };
        this.entries.put(keyOf(id), stored);
        this.entries.put(scopeOf(scope), id);
      }
    });
    return new Map(made);
  }

  private async purge(): Promise<void> {
    await this.rebuild((_, value) => value);
    await committed(this.entries.remove(PURGE));
  }

  /**
   * Copies every entry through `convert` into a fresh file and puts it in the place of the old one. Where that fails the
   * store goes on with the file that is there: the old one, or the new one if it was no further than overwriting the old.
   * @param next wraps the keys of the new file: it counts from the moment on in which they are read from that
   */
  private async rebuild(
    convert: (key: string, value: unknown) => unknown,
    next: MasterKey = this.master,
  ): Promise<void> {
    const path = join(this.folder, ENV_FILE);
    const copyPath = join(this.folder, STALE_COPY);
    removeStaleCopy(this.folder);
    await copyEntries(this.entries, copyPath, convert);
    const swap = async (): Promise<void> => {
      await this.entries.close();
      try {
        replaceFile(copyPath, path);
      } finally {
        this.entries = openEntries(path);
        if (this.entries.get(CHECK) === next.checkValue()) this.master = next;
      }
    };
    this.swapping = swap().finally(() => {
      this.swapping = null;
    });
    await this.swapping;
  }

  private async write(bytes: number, work: () => void): Promise<void> {
    this.room.take(bytes);
    return committed(this.entries.transaction(work));
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => undefined);
    return done;
  }
}
