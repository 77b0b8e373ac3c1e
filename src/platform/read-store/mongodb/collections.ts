import type { Collection, Db } from 'mongodb';
import { isDuplicateKey, isExisting, isFailedValidation } from '../../mongodb/errors.js';
import { LeaseLost } from '../../worker-lease/worker-lease.js';
import type { NamedCollection } from '../read-store.js';
import { indexKeys } from './query-order.js';
import type { StoredDocument } from './stored-document.js';

/** Marks of deleted documents, found without looking at the others. */
export const DELETED_INDEX = '_deleted';

const PREFIX = 'read.';
const REGISTRY = 'read_collections';
const CHECKPOINTS = 'read_checkpoints';
/** Names no checkpoint: who writes at the moment. */
const WRITER = 'writer';

/** A collection of documents in the registry, under the name by which it is asked for. */
interface Entry {
  readonly _id: string;
  /** The name that it has in the database. */
  readonly stored: string;
  readonly indexes: readonly (readonly string[])[];
  readonly _token: number;
}

/** What is kept with each checkpoint: the position that its documents reflect, and those deleted under it. */
export interface Checkpoint {
  readonly _id: string;
  readonly value: unknown;
  readonly position: bigint;
  readonly deleted: readonly { readonly collection: string; readonly ids: readonly (string | number)[] }[];
  readonly _token: number;
}

export interface OpenCollection {
  readonly documents: Collection<StoredDocument>;
  readonly indexes: readonly (readonly string[])[];
}

/** Refuses whatever a writer with a lower token inserts or replaces, whenever that arrives. */
const onlyFrom = (token: number) => ({ _token: { $gte: token } });

/** Runs what a validator refuses as soon as there is another writer. @throws {LeaseLost} then */
export async function unlessReplaced<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isFailedValidation(error) ? new LeaseLost() : error;
  }
}

const unlessExisting = (error: unknown): void => {
  if (!isExisting(error)) throw error;
};

/**
 * The collections of one database and who may write to them. A new collection is stored under a name that holds its
 * writer's token, so that a writer that was replaced cannot drop or make one that its successor uses.
 */
export class Collections {
  readonly checkpoints: Collection<Checkpoint>;
  private readonly registry: Collection<Entry>;
  private readonly opened = new Map<string, OpenCollection>();

  constructor(private readonly database: Db) {
    this.checkpoints = database.collection(CHECKPOINTS);
    this.registry = database.collection(REGISTRY);
  }

  /**
   * Shuts out every writer with a lower token. Nothing that one of them still sends is stored after this.
   * @throws {LeaseLost} if there is one with a higher token.
   */
  async takeOver(token: number): Promise<void> {
    await this.claim(token);
    for (const name of [REGISTRY, CHECKPOINTS]) {
      await this.database.createCollection(name).catch(unlessExisting);
      await this.admitOnly(name, token);
    }
    await unlessReplaced(() =>
      this.registry.updateMany({ _token: { $lt: token } }, { $set: { _token: token } }),
    );
    const entries = await this.registry.find().toArray();
    const stored = new Set(entries.map((entry) => entry.stored));
    const found = await this.database.listCollections({}, { nameOnly: true }).toArray();
    // All at once: nobody folds until the last one has answered.
    const claimed = found.map(async ({ name }) => {
      if (stored.has(name)) await this.admitOnly(name, token);
      // A collection that was being made or dropped when its writer ended.
      else if (name.startsWith(PREFIX)) await this.database.dropCollection(name);
    });
    await Promise.all(claimed);
    // One that was replaced in between may have lowered what its successor had raised, but writes nothing after this.
    await this.claim(token);
  }

  /** @throws if it is there with other indexes; {LeaseLost} */
  async open({ name, indexes }: NamedCollection, token: number | null): Promise<void> {
    if (this.opened.has(name)) return;
    const entry = await this.registry.findOne({ _id: name });
    if (entry && indexes && JSON.stringify(entry.indexes) !== JSON.stringify(indexes)) {
      throw new Error(`the collection ${name} has other indexes: give the projection a new version`);
    }
    if (entry) this.remember(entry);
    else if (token !== null) this.remember(await this.create(name, indexes ?? [], token));
  }

  async drop(name: string, token: number): Promise<void> {
    const entry = await this.registry.findOne({ _id: name });
    if (!entry) return;
    const { deletedCount } = await this.registry.deleteOne({ _id: name, _token: { $lte: token } });
    if (deletedCount === 0) throw new LeaseLost();
    this.opened.delete(name);
    await this.database.dropCollection(entry.stored);
  }

  /** A collection that is there, whoever made it. */
  async get(name: string): Promise<OpenCollection> {
    const found = await this.find(name);
    if (!found) throw new Error(`the collection ${name} was not opened`);
    return found;
  }

  /** Null if there is none. */
  async find(name: string): Promise<OpenCollection | null> {
    const known = this.opened.get(name);
    if (known) return known;
    const entry = await this.registry.findOne({ _id: name });
    return entry && this.remember(entry);
  }

  /** Looks everything up again. */
  forget(): void {
    this.opened.clear();
  }

  private async claim(token: number): Promise<void> {
    const filter = { _id: WRITER, _token: { $lte: token } };
    try {
      await unlessReplaced(() =>
        this.checkpoints.updateOne(filter, { $set: { _token: token } }, { upsert: true }),
      );
    } catch (error) {
      throw isDuplicateKey(error) ? new LeaseLost() : error;
    }
  }

  private async admitOnly(name: string, token: number): Promise<void> {
    await this.database.command({ collMod: name, validator: onlyFrom(token) });
  }

  private async create(name: string, indexes: readonly (readonly string[])[], token: number): Promise<Entry> {
    const entry: Entry = { _id: name, stored: `${PREFIX}${name}.t${token}`, indexes, _token: token };
    const documents = await this.database.createCollection(entry.stored, { validator: onlyFrom(token) });
    const keys = indexes.map((fields) => ({ key: indexKeys(fields) }));
    await documents.createIndexes([...keys, { key: { _deleted: 1 }, name: DELETED_INDEX, sparse: true }]);
    await unlessReplaced(() => this.registry.insertOne(entry));
    return entry;
  }

  private remember({ _id, stored, indexes }: Entry): OpenCollection {
    const open = { documents: this.database.collection<StoredDocument>(stored), indexes };
    this.opened.set(_id, open);
    return open;
  }
}
