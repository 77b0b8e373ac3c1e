import type { Database } from 'lmdb';
import { documentKey, fieldOf, indexPrefix } from '../index-key.js';
import type { CollectionSpec, DocumentId, ReadDocument, Stamped } from '../read-store.js';

export type Bytes = Database<Buffer, Buffer>;

export interface Collection {
  readonly spec: CollectionSpec;
  /** Key of the id → stamp (8 bytes) and JSON; a stamp alone is a deleted document. */
  readonly documents: Bytes;
  /** Number of the index, its values, the id → key of the document. */
  readonly entries: Bytes;
  /** Documents that are not deleted. */
  size: number;
  /** What the writer looked up since its last write, null for what was not there: it is not looked up again. */
  readonly loaded: Map<DocumentId, Stamped | null>;
}

/** Puts, or with null removes. */
export type Put = (database: Bytes, key: Buffer, value: Buffer | null) => void;

const STAMP_BYTES = 8;

/** The position that all documents of a batch reflect, and its bytes. */
export interface Stamp {
  readonly position: bigint;
  readonly bytes: Buffer;
}

export function stampOf(position: bigint): Stamp {
  const bytes = Buffer.alloc(STAMP_BYTES);
  bytes.writeBigUInt64BE(position);
  return { position, bytes };
}

/**
 * Stores or deletes one document with its index entries.
 * @returns by how much the collection grows; null if what is stored is not older, and nothing is to be done.
 */
export function changeDocument(
  target: Collection,
  id: DocumentId,
  document: ReadDocument | null,
  stamp: Stamp,
  stored: Stamped | null,
  put: Put,
): number | null {
  if (stored && stored.position >= stamp.position) return null;
  const key = documentKey(id);
  const old = stored?.document ?? null;
  put(target.documents, key, encode(stamp, document));
  for (const [index, fields] of target.spec.indexes.entries()) {
    if (old && document && agree(old, document, fields)) continue;
    if (old) put(target.entries, entryKey(index, fields, old, id), null);
    if (document) put(target.entries, entryKey(index, fields, document, id), key);
  }
  return (document ? 1 : 0) - (old ? 1 : 0);
}

function agree(one: ReadDocument, other: ReadDocument, fields: readonly string[]): boolean {
  for (const field of fields) if (fieldOf(one, field) !== fieldOf(other, field)) return false;
  return true;
}

function entryKey(index: number, fields: readonly string[], document: ReadDocument, id: DocumentId): Buffer {
  const values: unknown[] = [];
  for (const field of fields) values.push(fieldOf(document, field));
  values.push(id);
  return indexPrefix(index, values);
}

function encode({ bytes: stamp }: Stamp, document: ReadDocument | null): Buffer {
  if (!document) return stamp;
  const json = JSON.stringify(document);
  const bytes = Buffer.allocUnsafe(STAMP_BYTES + Buffer.byteLength(json));
  stamp.copy(bytes);
  bytes.write(json, STAMP_BYTES);
  return bytes;
}

/** Whether these bytes are a document, and not what a deleted one leaves. */
export const isLive = (bytes: Buffer): boolean => bytes.length > STAMP_BYTES;

export function decode(bytes: Buffer): Stamped {
  const position = bytes.readBigUInt64BE();
  const document = isLive(bytes)
    ? (JSON.parse(bytes.toString('utf8', STAMP_BYTES, bytes.length)) as ReadDocument)
    : null;
  return { position, document };
}
