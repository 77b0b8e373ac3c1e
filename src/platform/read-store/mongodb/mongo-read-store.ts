import type { Db } from 'mongodb';
import { DUPLICATE_KEY, FAILED_VALIDATION, isDuplicateKey, refusedWrites } from '../../mongodb/errors.js';
import { LeaseLost } from '../../worker-lease/worker-lease.js';
import { planInOrder, planQuery } from '../query-plan.js';
import {
  type DocumentId,
  type Filter,
  type FindOptions,
  MAX_FIND_DOCUMENTS,
  type NamedCollection,
  type ReadBatch,
  type ReadDocument,
  ReadStore,
  SCAN_DOCUMENTS,
  type ScanOptions,
  type Stamped,
} from '../read-store.js';
import { type Checkpoint, Collections, DELETED_INDEX, unlessReplaced } from './collections.js';
import { indexAt, wholeOrder } from './query-order.js';
import {
  AS_WRITTEN,
  assertStorable,
  forgetting,
  LIVE,
  type Operation,
  stampedOf,
  storing,
} from './stored-document.js';

/** Ids that are asked for at a time. */
const LOADED_AT_ONCE = 1000;

/**
 * Documents in MongoDB, one collection for each generation of a projection, as the projection made them and with two or
 * three fields of the store's own. A batch is no transaction: its documents are stored in any order, each only if what is
 * there is older, and the checkpoint after them; whoever goes on from the checkpoint before writes the same again.
 *
 * There is one writer, told from those before it by the token of its lease. Nothing of a writer that was replaced is
 * stored, even if it was sent before and arrives late: each collection refuses what comes with a lower token.
 */
export class MongoReadStore extends ReadStore {
  readonly batchDocuments = 5000;
  private readonly collections: Collections;

  private constructor(
    database: Db,
    private readonly token: number | null,
  ) {
    super();
    this.collections = new Collections(database);
  }

  /** For those who read only; a collection need not be opened. The caller closes the connection. */
  static forReaders(database: Db): MongoReadStore {
    return new MongoReadStore(database, null);
  }

  /**
   * For the holder of the worker's lease, with its token. Shuts out the holders before it.
   * @throws {LeaseLost} if somebody holds the lease with a higher one.
   */
  static async forWriter(database: Db, token: number): Promise<MongoReadStore> {
    const store = new MongoReadStore(database, token);
    await store.collections.takeOver(token);
    return store;
  }

  async openCollection(spec: NamedCollection): Promise<void> {
    await this.collections.open(spec, this.token);
  }

  async dropCollection(name: string): Promise<void> {
    await this.collections.drop(name, this.writerToken());
  }

  async load(collection: string, ids: readonly DocumentId[]): Promise<Map<DocumentId, Stamped>> {
    const { documents } = await this.collections.get(collection);
    const found = new Map<DocumentId, Stamped>();
    for (let first = 0; first < ids.length; first += LOADED_AT_ONCE) {
      const wanted = ids.slice(first, first + LOADED_AT_ONCE);
      const stored = await documents.find({ _id: { $in: wanted } }).toArray();
      for (const one of stored) found.set(one._id, stampedOf(one));
    }
    return found;
  }

  async write(batch: ReadBatch): Promise<void> {
    const token = this.writerToken();
    const before = await this.collections.checkpoints.findOne({ _id: batch.checkpoint.key });
    const operations = await this.operationsOf(batch, token);
    if (before) await this.addForgetting(before, operations);
    await Promise.all([...operations].map(([name, ofOne]) => this.store(name, ofOne)));
    await this.storeCheckpoint(batch, token);
  }

  async readCheckpoint(key: string): Promise<unknown> {
    const found = await this.collections.checkpoints.findOne({ _id: key });
    return found?.value ?? null;
  }

  async removeCheckpoint(key: string): Promise<void> {
    await this.collections.checkpoints.deleteOne({ _id: key, _token: { $lte: this.writerToken() } });
  }

  async get<D extends ReadDocument>(collection: string, id: DocumentId): Promise<D | null> {
    const { documents } = await this.collections.get(collection);
    return documents.findOne<ReadDocument>(
      { _id: id, ...LIVE },
      { projection: AS_WRITTEN },
    ) as Promise<D | null>;
  }

  async find<D extends ReadDocument>(collection: string, options: FindOptions = {}): Promise<D[]> {
    const { documents, indexes } = await this.collections.get(collection);
    const { filter = {}, sort = {}, skip = 0 } = options;
    const limit = Math.min(options.limit ?? MAX_FIND_DOCUMENTS, MAX_FIND_DOCUMENTS);
    // MongoDB takes 0 for no limit.
    if (limit === 0) return [];
    const { index } = planQuery(filter, sort, indexes);
    const order = wholeOrder(sort, indexAt(indexes, index));
    return documents
      .find({ ...filter, ...LIVE }, { projection: AS_WRITTEN, sort: order, skip, limit, allowDiskUse: true })
      .toArray() as Promise<ReadDocument[]> as Promise<D[]>;
  }

  /** Documents are counted in an index alone where one fits, so those that are deleted are taken off afterwards: few. */
  async count(collection: string, filter: Filter = {}): Promise<number> {
    const { documents } = await this.collections.get(collection);
    const whole = Object.keys(filter).length === 0 ? { hint: '_id_' } : {};
    const [all, deleted] = await Promise.all([
      documents.countDocuments(filter, whole),
      documents.countDocuments({ ...filter, _deleted: true }, { hint: DELETED_INDEX }),
    ]);
    return Math.max(0, all - deleted);
  }

  async *scan<D extends ReadDocument>(collection: string, options: ScanOptions = {}): AsyncGenerator<D[]> {
    const { documents, indexes } = await this.collections.get(collection);
    const { filter = {}, sort = {} } = options;
    const plan = planInOrder(filter, sort, indexes);
    if (!plan) throw new Error(`no index of ${collection} gives the order ${JSON.stringify(sort)}`);
    const hint = indexAt(indexes, plan.index);
    const batchSize = Math.min(options.batch ?? SCAN_DOCUMENTS, MAX_FIND_DOCUMENTS);
    const cursor = documents.find(
      { ...filter, ...LIVE },
      { projection: AS_WRITTEN, sort: wholeOrder(sort, hint), hint, batchSize },
    );
    try {
      while (await cursor.hasNext()) yield cursor.readBufferedDocuments(batchSize) as ReadDocument[] as D[];
    } finally {
      await cursor.close();
    }
  }

  /** Asks anew for every collection: they were all made anew by another process. */
  forget(): void {
    this.collections.forget();
  }

  /** The connection is its owner's to close. */
  async close(): Promise<void> {}

  private writerToken(): number {
    if (this.token === null) throw new Error('this read store is for reading alone');
    return this.token;
  }

  /** Everything is checked before the first is stored: a document that cannot be stored leaves nothing behind. */
  private async operationsOf(
    { position, writes }: ReadBatch,
    token: number,
  ): Promise<Map<string, Operation[]>> {
    const operations = new Map<string, Operation[]>();
    for (const { collection, documents } of writes) {
      const { indexes } = await this.collections.get(collection);
      const ofOne: Operation[] = [];
      for (const [id, document] of documents) {
        assertStorable(id, document, indexes);
        ofOne.push(storing(id, document, position, token));
      }
      operations.set(collection, ofOne);
    }
    return operations;
  }

  /** What was deleted under a checkpoint that is stored will not be written from before it any more. */
  private async addForgetting(before: Checkpoint, operations: Map<string, Operation[]>): Promise<void> {
    for (const { collection, ids } of before.deleted) {
      if (!(await this.collections.find(collection))) continue;
      const ofOne = operations.get(collection) ?? [];
      operations.set(collection, [...ofOne, ...ids.map((id) => forgetting(id, before.position))]);
    }
  }

  private async store(name: string, operations: Operation[]): Promise<void> {
    if (operations.length === 0) return;
    const { documents } = await this.collections.get(name);
    try {
      await documents.bulkWrite(operations, { ordered: false, ignoreUndefined: true });
    } catch (error) {
      const codes = refusedWrites(error);
      if (codes.has(FAILED_VALIDATION)) throw new LeaseLost();
      if (codes.size !== 1 || !codes.has(DUPLICATE_KEY)) throw error;
    }
  }

  private async storeCheckpoint({ position, writes, checkpoint }: ReadBatch, token: number): Promise<void> {
    const deleted = writes.flatMap(({ collection, documents }) => {
      const ids = [...documents].flatMap(([id, document]) => (document ? [] : [id]));
      return ids.length > 0 ? [{ collection, ids }] : [];
    });
    const { key, value } = checkpoint;
    const stored = { value, position, deleted, _token: token };
    const filter = { _id: key, _token: { $lte: token } };
    try {
      await unlessReplaced(() =>
        this.collections.checkpoints.replaceOne(filter, stored, { upsert: true, ignoreUndefined: true }),
      );
    } catch (error) {
      throw isDuplicateKey(error) ? new LeaseLost() : error;
    }
  }
}
