import type { RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/environment.js';
import { LAST_DERIVED_BYTES, Room } from '../../lmdb/room.js';
import { documentKey } from '../index-key.js';
import { planInOrder, planQuery, type QueryPlan } from '../query-plan.js';
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
  type Sort,
  type Stamped,
} from '../read-store.js';
import { chunks, EVERYTHING, matcher, takeInOrder, takeSorted } from './scan.js';
import {
  type Bytes,
  type Collection,
  changeDocument,
  decode,
  isLive,
  type Put,
  stampOf,
} from './stored-document.js';

interface CollectionRecord {
  readonly indexes: readonly (readonly string[])[];
  readonly size: number;
}

type Deleted = readonly [collection: string, id: DocumentId];
const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;
const MAP_BYTES = 64 * 1024 ** 3;
const MAX_COLLECTIONS = 200;
const DATABASES = { mapSize: MAP_BYTES, maxDbs: 2 * MAX_COLLECTIONS + 1 };
const ENVIRONMENT = { noSubdir: false, noSync: true, ...DATABASES, ...BINARY };
/** What is found without an order is sorted up to so many documents, and up to this part of the collection. */
const [MANY_SORTED, MUCH_SORTED] = [1000, 1 / 8];
/** Flag of a transaction that ends with the call. */
const COMMITTED_AT_ONCE = 2;

/**
 * Documents and index entries in LMDB, in one environment. A batch, its checkpoint included, is one transaction. Nothing
 * is flushed, since the log's own flushes would have to wait for that: after a power cut all of it is to be thrown away
 * and folded again. Indexes narrow a query by key ranges, mingo answers what they leave. Long scans let other work run
 * between chunks and see later writes.
 *
 * Several threads of one process may open the same directory, as long as one of them writes. The others open
 * collections that it has opened already, and `refresh` before they read what they are told of.
 */
export class EmbeddedReadStore extends ReadStore {
  readonly batchDocuments = 1000;
  private readonly collections = new Map<string, Collection>();
  private readonly meta: Bytes;

  private constructor(
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly room: Room,
  ) {
    super();
    this.meta = root.openDB({ name: 'meta', ...BINARY });
  }

  static open({ directory: path }: { readonly directory: string }): EmbeddedReadStore {
    const root = openEnvironment<Buffer, Buffer>({ ...ENVIRONMENT, path });
    return new EmbeddedReadStore(root, new Room(path, LAST_DERIVED_BYTES));
  }

  async openCollection({ name, indexes }: NamedCollection): Promise<void> {
    if (this.collections.has(name)) return;
    const key = metaKey('collection', name);
    const record = this.recordOf(name);
    if (record && indexes && JSON.stringify(record.indexes) !== JSON.stringify(indexes)) {
      throw new Error(`the collection ${name} has other indexes: give the projection a new version`);
    }
    const spec = { name, indexes: record?.indexes ?? indexes ?? [] };
    const size = record?.size ?? 0;
    if (!record) this.transact(() => this.meta.put(key, toJson({ indexes: spec.indexes, size })));
    const documents = this.root.openDB({ name: `d:${name}`, ...BINARY });
    const entries = this.root.openDB({ name: `i:${name}`, ...BINARY });
    this.collections.set(name, { spec, documents, entries, size, loaded: new Map() });
  }

  async dropCollection(name: string): Promise<void> {
    const record = this.recordOf(name);
    if (!record) return;
    await this.openCollection({ name, indexes: record.indexes });
    const { documents, entries } = this.collection(name);
    this.collections.delete(name);
    this.transact(() => {
      this.meta.remove(metaKey('collection', name));
      documents.drop();
      entries.drop();
    });
  }

  load(collection: string, ids: readonly DocumentId[]): Map<DocumentId, Stamped> {
    const target = this.collection(collection);
    const found = new Map<DocumentId, Stamped>();
    for (const id of ids) {
      const stamped = this.read(target, id);
      target.loaded.set(id, stamped);
      if (stamped) found.set(id, stamped);
    }
    return found;
  }

  async write(batch: ReadBatch): Promise<void> {
    const sizes = new Map<Collection, number>();
    // Whatever cannot be stored throws, and the transaction leaves nothing of it behind.
    this.transact(() => this.putBatch(batch, sizes));
    for (const [target, size] of sizes) target.size = size;
  }

  readCheckpoint(key: string): unknown {
    return this.readMeta(metaKey('checkpoint', key));
  }

  async removeCheckpoint(key: string): Promise<void> {
    this.transact(() => {
      for (const kind of ['checkpoint', 'tombstones']) this.meta.remove(metaKey(kind, key));
    });
  }

  get<D extends ReadDocument>(collection: string, id: DocumentId): D | null {
    return (this.read(this.collection(collection), id)?.document as D | undefined) ?? null;
  }

  async find<D extends ReadDocument>(collection: string, options: FindOptions = {}): Promise<D[]> {
    const target = this.collection(collection);
    const { filter = {}, sort = {}, skip = 0 } = options;
    const limit = Math.min(options.limit ?? MAX_FIND_DOCUMENTS, MAX_FIND_DOCUMENTS);
    const plan = await this.planFind(target, filter, sort);
    const matches = plan.exact ? EVERYTHING : matcher(filter);
    if (!plan.ordered) {
      return (await takeSorted(this.scanPlan(target, plan), matches, sort, skip, limit)) as D[];
    }
    // Where everything matches, what lies before the page need not be read.
    const passed = plan.exact ? skip : 0;
    return (await takeInOrder(this.scanPlan(target, plan, { passed }), matches, skip - passed, limit)) as D[];
  }

  async count(collection: string, filter: Filter = {}): Promise<number> {
    const target = this.collection(collection);
    // Asked of the store, not of the collection: another thread may be the one that writes.
    if (Object.keys(filter).length === 0) return this.recordOf(collection)?.size ?? 0;
    const plan = planQuery(filter, {}, target.spec.indexes);
    let count = 0;
    if (plan.exact && plan.index >= 0) {
      for await (const { length } of chunks(target.entries, plan)) count += length;
      return count;
    }
    const matches = matcher(filter);
    for await (const documents of this.scanPlan(target, plan)) {
      for (const document of documents) if (matches(document)) count += 1;
    }
    return count;
  }

  async *scan<D extends ReadDocument>(collection: string, options: ScanOptions = {}): AsyncGenerator<D[]> {
    const target = this.collection(collection);
    const { filter = {}, sort = {} } = options;
    const plan = planInOrder(filter, sort, target.spec.indexes);
    if (!plan) throw new Error(`no index of ${collection} gives the order ${JSON.stringify(sort)}`);
    const matches = plan.exact ? EVERYTHING : matcher(filter);
    const size = Math.min(options.batch ?? SCAN_DOCUMENTS, MAX_FIND_DOCUMENTS);
    for await (const documents of this.scanPlan(target, plan, { size })) {
      const found = documents.filter(matches);
      if (found.length > 0) yield found as D[];
    }
  }

  /** Makes what another thread has written before now visible to the reads that follow. */
  refresh(): void {
    this.root.resetReadTxn();
  }

  async close(): Promise<void> {
    await this.root.close();
  }

  /**
   * Commits before it returns. To hand each put to lmdb's thread would cost more than the put. All writes go through here:
   * one by that thread would take others into its transaction, which would seem to be committed.
   */
  private transact(change: () => void): void {
    this.root.transactionSync(change, COMMITTED_AT_ONCE);
  }

  private collection(name: string): Collection {
    const found = this.collections.get(name);
    if (!found) throw new Error(`the collection ${name} was not opened`);
    return found;
  }

  private recordOf(name: string): CollectionRecord | null {
    return this.readMeta(metaKey('collection', name));
  }

  private readMeta<T>(key: Buffer): T | null {
    const bytes = this.meta.getBinaryFast(key);
    return bytes ? (JSON.parse(bytes.toString()) as T) : null;
  }

  private read(target: Collection, id: DocumentId): Stamped | null {
    const bytes = target.documents.getBinaryFast(documentKey(id));
    return bytes ? decode(bytes) : null;
  }

  private stored(target: Collection, id: DocumentId): Stamped | null {
    const loaded = target.loaded.get(id);
    return loaded === undefined ? this.read(target, id) : loaded;
  }

  /** Puts document by document: what is made for one is garbage before a collection finds it. */
  private putBatch({ position, writes, checkpoint }: ReadBatch, sizes: Map<Collection, number>): void {
    const stamp = stampOf(position);
    const tombstonesKey = metaKey('tombstones', checkpoint.key);
    const deleted: Deleted[] = [];
    for (const { collection, documents } of writes) {
      const target = this.collection(collection);
      let size = target.size;
      for (const [id, document] of documents) {
        const grown = changeDocument(target, id, document, stamp, this.stored(target, id), this.put);
        size += grown ?? 0;
        if (grown !== null && !document) deleted.push([collection, id]);
      }
      target.loaded.clear();
      if (size !== target.size) sizes.set(target, size);
    }
    this.sweep(this.readMeta<Deleted[]>(tombstonesKey) ?? [], position);
    this.put(this.meta, metaKey('checkpoint', checkpoint.key), toJson(checkpoint.value));
    this.put(this.meta, tombstonesKey, deleted.length > 0 ? toJson(deleted) : null);
    for (const [{ spec }, size] of sizes) {
      this.put(this.meta, metaKey('collection', spec.name), toJson({ indexes: spec.indexes, size }));
    }
  }

  private readonly put: Put = (database, key, value) => {
    this.room.take(key.length + (value?.length ?? 0));
    if (value) database.put(key, value);
    else database.remove(key);
  };

  /**
   * Removes the stamps of documents that an earlier batch of the same writer deleted and nobody wrote since. After the
   * documents of this one, which are compared with them; what it deleted itself has its own position.
   */
  private sweep(deleted: readonly Deleted[], position: bigint): void {
    for (const [collection, id] of deleted) {
      const target = this.collections.get(collection);
      const stamped = target && this.read(target, id);
      if (stamped?.document !== null || stamped.position === position) continue;
      this.put(target!.documents, documentKey(id), null);
    }
  }

  /** The plan that narrows most; where that leaves much of the collection to be sorted, one in the wanted order. */
  private async planFind(target: Collection, filter: Filter, sort: Sort): Promise<QueryPlan> {
    const { indexes, name } = target.spec;
    const plan = planQuery(filter, sort, indexes);
    const inOrder = plan.ordered ? null : planInOrder(filter, sort, indexes);
    if (!inOrder) return plan;
    let many = Math.max(MANY_SORTED, (this.recordOf(name)?.size ?? 0) * MUCH_SORTED);
    for await (const entries of chunks(plan.index < 0 ? target.documents : target.entries, plan)) {
      many -= entries.length;
      if (many < 0) return inOrder;
    }
    return plan;
  }

  /** The live documents in a plan's ranges, in their order; without the first `passed`. */
  private async *scanPlan(
    target: Collection,
    plan: QueryPlan,
    { size, passed = 0 }: { readonly size?: number; readonly passed?: number } = {},
  ): AsyncGenerator<ReadDocument[]> {
    const source = plan.index < 0 ? target.documents : target.entries;
    let left = passed;
    for await (const entries of chunks(source, plan, size)) {
      const documents = [];
      const live = plan.index < 0 ? entries.filter(({ value }) => isLive(value)) : entries;
      for (const { value } of live.slice(left)) {
        const bytes = plan.index < 0 ? value : target.documents.getBinaryFast(value);
        const document = bytes && decode(bytes).document;
        if (document) documents.push(document);
      }
      left = Math.max(0, left - live.length);
      yield documents;
    }
  }
}

const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const metaKey = (kind: string, name: string): Buffer => Buffer.from(`${kind}:${name}`);
