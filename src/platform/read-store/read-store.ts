import type { MaybePromise } from '../event-store/event-store.js';

/** Key of a document within its collection. Strings of at most {@link MAX_ID_UNITS} UTF-16 units, or safe integers. */
export type DocumentId = string | number;

/** JSON values only. Amounts are minor units as strings, times UTC ISO. */
export interface ReadDocument {
  readonly _id: DocumentId;
}

/** MongoDB's query language. Built by our code, never taken from a caller. */
export type Filter = Readonly<Record<string, unknown>>;
export type Sort = Readonly<Record<string, 1 | -1>>;

export interface FindOptions {
  readonly filter?: Filter;
  /** Without it the order is that of the index that was used: the same for the same query. */
  readonly sort?: Sort;
  readonly skip?: number;
  /** Default and maximum {@link MAX_FIND_DOCUMENTS}. */
  readonly limit?: number;
}

export interface ScanOptions {
  readonly filter?: Filter;
  /**
   * An index must give this order, after those of its fields that the filter holds to one value. Without it the order is
   * that of the index that was used.
   */
  readonly sort?: Sort;
  /** Most documents of one delivery. Default {@link SCAN_DOCUMENTS}, maximum {@link MAX_FIND_DOCUMENTS}. */
  readonly batch?: number;
}

export interface CollectionSpec {
  readonly name: string;
  /** Fields of each index, all ascending, scalars only; `_id` is always the last, without being named. */
  readonly indexes: readonly (readonly string[])[];
}

export type NamedCollection = Pick<CollectionSpec, 'name'> & Partial<CollectionSpec>;

/** A document with the position of the last event that it reflects; `document` null: it was deleted there. */
export interface Stamped<D extends ReadDocument = ReadDocument> {
  readonly position: bigint;
  readonly document: D | null;
}

export interface CollectionWrites {
  readonly collection: string;
  /** Final documents by id; null deletes. */
  readonly documents: ReadonlyMap<DocumentId, ReadDocument | null>;
}

/** The outcome of folding one batch of events. */
export interface ReadBatch {
  /** Position of the last event that these documents reflect. */
  readonly position: bigint;
  readonly writes: readonly CollectionWrites[];
  /** Written after the documents (with them where the engine can): where to go on from. A JSON value. */
  readonly checkpoint: { readonly key: string; readonly value: unknown };
}

export const MAX_ID_UNITS = 200;
export const MAX_FIND_DOCUMENTS = 1000;
export const SCAN_DOCUMENTS = 250;

/**
 * What projections make: documents that can be thrown away and folded again from the log. Nothing is decided from them.
 *
 * One writer per collection. Every document carries the position that it reflects; a write that is not newer than what
 * is stored is ignored, so delivering events again is harmless. A deletion leaves its stamp until the checkpoint
 * under which it was written has moved past it.
 */
export abstract class ReadStore {
  /** Documents of one batch with which it is written fast: fewer cost more each, more are held in memory for longer. */
  abstract readonly batchDocuments: number;

  /**
   * Makes the collection and its indexes if they are missing. Without `indexes` it keeps those that it has.
   * @throws if it exists with other indexes.
   */
  abstract openCollection(spec: NamedCollection): Promise<void>;
  /** Removes a collection with everything in it, if there is one. */
  abstract dropCollection(name: string): Promise<void>;

  /** For the writer: the stored documents among these, deleted ones included. */
  abstract load(collection: string, ids: readonly DocumentId[]): MaybePromise<Map<DocumentId, Stamped>>;
  /** Documents first, then the checkpoint. The next `load` or `write` of these collections comes after it resolves. */
  abstract write(batch: ReadBatch): Promise<void>;
  /** Null if there is none. */
  abstract readCheckpoint(key: string): MaybePromise<unknown>;
  abstract removeCheckpoint(key: string): Promise<void>;

  abstract get<D extends ReadDocument>(collection: string, id: DocumentId): MaybePromise<D | null>;
  abstract find<D extends ReadDocument>(collection: string, options?: FindOptions): Promise<D[]>;
  abstract count(collection: string, filter?: Filter): Promise<number>;

  /**
   * All documents that match, however many, in batches of which one at a time is in memory: the next is read when it is
   * asked for. Writes go on meanwhile, and those ahead of the walk are seen. A document that keeps its place in the
   * order comes exactly once; one that is moved by a write may be missed or come again, so sort by what never changes.
   * @throws on the first batch, if no index gives the order.
   */
  abstract scan<D extends ReadDocument>(collection: string, options?: ScanOptions): AsyncIterable<D[]>;

  abstract close(): Promise<void>;
}
