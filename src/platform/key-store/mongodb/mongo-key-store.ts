import { randomBytes } from 'node:crypto';
import { Binary, type Collection, type Db, type Filter } from 'mongodb';
import type { Ids } from '../../kernel/ids.js';
import { isFailedValidation } from '../../mongodb/errors.js';
import { insertOrFind } from '../../mongodb/insert-or-find.js';
import { inTime } from '../../mongodb/telling-outages.js';
import { type MasterKey, MasterKeyError } from '../../security/master-key.js';
import { type DataKey, KeyStore } from '../key-store.js';

const KEY_BYTES = 32;
const MAX_SCOPE_LENGTH = 200;
const labelOf = (id: string, scope: string): string => `data-key|${id}|${scope}`;

/** A data key as stored, under its scope. */
interface StoredKey {
  readonly _id: string;
  readonly id: string;
  /** The key wrapped by a master key, by that one's check value: two of them while the master changes. */
  readonly wrapped: Readonly<Record<string, Binary>>;
}

/** Which master key the data keys are wrapped by. */
interface MasterRecord {
  readonly _id: 'master';
  readonly check: string;
  /** The one that is to follow, while every key is being wrapped by it as well. */
  readonly next?: string;
}

const KEYS = 'data_keys';
const MASTERS = 'data_key_master';
const MISMATCH =
  'the keys in MongoDB were made with another master key: start with the KEYFORGE_MASTER_KEY they were made with';
const CHANGING =
  'the master key was changed by another process, or is being changed: start with the new one, or repeat that change ' +
  'with the same key; one that was cut off is given up when a process is restarted';

/**
 * Data keys in MongoDB, one document for each scope. A key that is returned is in the journal of the majority, also when
 * another process has just made it. Destroying removes the document; its bytes stay in the server's oplog, journal and
 * free pages until those are written over, wrapped by the master key as everywhere.
 */
export class MongoKeyStore extends KeyStore {
  private readonly keys: Collection<StoredKey>;
  private readonly masters: Collection<MasterRecord>;

  private isReplaced = false;

  private constructor(
    private readonly database: Db,
    private master: MasterKey,
    private readonly ids: Ids,
    private readonly onReplaced: () => void,
  ) {
    super();
    this.keys = database.collection(KEYS);
    this.masters = database.collection(MASTERS);
  }

  /**
   * @param onReplaced is told once, as soon as a key is met that another process has wrapped by a new master key
   * @throws {MasterKeyError} `Mismatch` when the stored keys were wrapped by another master key.
   */
  static async open(
    database: Db,
    master: MasterKey,
    ids: Ids,
    onReplaced: () => void = () => undefined,
  ): Promise<MongoKeyStore> {
    const store = new MongoKeyStore(database, master, ids, onReplaced);
    await store.keys.createIndex({ id: 1 }, { unique: true });
    const check = master.checkValue();
    const record = await insertOrFind(store.masters, { _id: 'master', check });
    if (record.check !== check) throw new MasterKeyError('Mismatch', MISMATCH);
    if (record.next !== undefined) await store.giveUpChange(check);
    return store;
  }

  /** Whether the stored keys were wrapped by this key; true where there are none yet. */
  static async matches(database: Db, master: MasterKey): Promise<boolean> {
    const record = await database.collection<MasterRecord>(MASTERS).findOne({ _id: 'master' });
    return record === null || record.check === master.checkValue();
  }

  async obtain(scope: string): Promise<DataKey> {
    if (scope.length === 0 || scope.length > MAX_SCOPE_LENGTH)
      throw new RangeError('a key scope has 1…200 chars');
    const found = await this.keys.findOne({ _id: scope });
    return found ? this.unwrap(found) : this.make(scope);
  }

  async find(id: string): Promise<DataKey | null> {
    const found = await this.keys.findOne({ id });
    return found && this.unwrap(found);
  }

  async destroy(scope: string): Promise<boolean> {
    const { deletedCount } = await this.keys.deleteOne({ _id: scope });
    return deletedCount > 0;
  }

  /**
   * Wraps every data key with another master key, all or none: the record of the master key says which one is in force, and
   * changes when every key is wrapped by both. A change that is cut off can be repeated, and is given up at the next start; none
   * to another key begins before. Answers how many.
   */
  async rewrap(next: MasterKey): Promise<number> {
    const [before, after] = [this.master.checkValue(), next.checkValue()];
    const idle = [{ next: { $exists: false } }, { next: after }];
    const free: Filter<MasterRecord> = { _id: 'master', check: before, $or: idle };
    const begun = await inTime(this.masters.updateOne(free, { $set: { next: after } }));
    if (begun.matchedCount === 0) throw new MasterKeyError('Mismatch', CHANGING);
    await inTime(this.demandWrapped(after));
    let count = 0;
    for await (const stored of this.keys.find()) {
      const { id, key } = this.unwrap(stored);
      const wrapped = new Binary(next.wrap(key, labelOf(id, stored._id)));
      // One that is destroyed meanwhile stays destroyed.
      const rewrapped = { $set: { [`wrapped.${after}`]: wrapped } };
      await inTime(this.keys.updateOne({ _id: stored._id, id }, rewrapped));
      count += 1;
    }
    const record = { _id: 'master', check: before, next: after } as const;
    const { matchedCount } = await inTime(this.masters.replaceOne(record, { check: after }));
    if (matchedCount === 0)
      throw new Error('the change of the master key was disturbed: the old one is in force');
    this.master = next;
    await this.keys.updateMany({}, { $unset: { [`wrapped.${before}`]: '' } });
    return count;
  }

  /** Makes the scope's key, or finds the one that somebody else makes at the same time. */
  private async make(scope: string): Promise<DataKey> {
    const id = this.ids.uuid();
    const wrapped = new Binary(this.master.wrap(randomBytes(KEY_BYTES), labelOf(id, scope)));
    const made: StoredKey = { _id: scope, id, wrapped: { [this.master.checkValue()]: wrapped } };
    try {
      return this.unwrap(await insertOrFind(this.keys, made));
    } catch (error) {
      throw isFailedValidation(error) ? this.replaced(MISMATCH) : error;
    }
  }

  /** From now on MongoDB takes no key that this master key does not open: a change of the master passes none by. */
  private async demandWrapped(check: string): Promise<void> {
    await this.database.command({ collMod: KEYS, validator: { [`wrapped.${check}`]: { $exists: true } } });
  }

  private async giveUpChange(check: string): Promise<void> {
    const { matchedCount } = await this.masters.updateOne({ _id: 'master', check }, { $unset: { next: '' } });
    if (matchedCount === 0) throw new MasterKeyError('Mismatch', MISMATCH);
    await this.demandWrapped(check);
  }

  private unwrap({ _id: scope, id, wrapped }: StoredKey): DataKey {
    const own = wrapped[this.master.checkValue()];
    if (!own) throw this.replaced('a data key does not open with this master key');
    return { id, key: this.master.unwrap(Buffer.from(own.buffer), labelOf(id, scope)) };
  }

  private replaced(message: string): MasterKeyError {
    if (!this.isReplaced) this.onReplaced();
    this.isReplaced = true;
    return new MasterKeyError('Mismatch', message);
  }
}
