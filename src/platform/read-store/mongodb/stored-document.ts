import type { AnyBulkWriteOperation } from 'mongodb';
import { documentKey, fieldOf, indexPrefix } from '../index-key.js';
import type { DocumentId, ReadDocument, Stamped } from '../read-store.js';

/**
 * A projection's document with what the store adds: the position that it reflects and its writer's token. A deleted one
 * keeps these alone and is marked.
 */
export interface StoredDocument {
  readonly _id: DocumentId;
  readonly _position: bigint;
  readonly _token: number;
  readonly _deleted?: true;
}

export type Operation = AnyBulkWriteOperation<StoredDocument>;

/** Part of every query of readers. */
export const LIVE = { _deleted: { $exists: false } } as const;
/** Removes what only the store knows. */
export const AS_WRITTEN = { _position: 0, _token: 0 };

export function stampedOf(stored: StoredDocument): Stamped {
  const { _position, _token, _deleted, ...document } = stored;
  return { position: _position, document: _deleted ? null : document };
}

/** @throws if an id or an indexed field holds what no engine keeps there: a programmer's error in a projection. */
export function assertStorable(
  id: DocumentId,
  document: ReadDocument | null,
  indexes: readonly (readonly string[])[],
): void {
  documentKey(id);
  if (!document) return;
  for (const fields of indexes)
    indexPrefix(
      0,
      fields.map((field) => fieldOf(document, field)),
    );
}

/**
 * Stores a document, or the mark that it is deleted. If what is there is not older, nothing matches, and the insertion
 * that follows meets its id: a duplicate key means that it is there already.
 */
export function storing(
  id: DocumentId,
  document: ReadDocument | null,
  position: bigint,
  token: number,
): Operation {
  const stamp = { _position: position, _token: token };
  const replacement = document ? { ...document, ...stamp } : { ...stamp, _deleted: true as const };
  const filter = { _id: id, _position: { $lt: position } };
  return { replaceOne: { filter, replacement, upsert: true } };
}

/** Removes the mark of a document that was deleted at `position` or before, unless it was written since. */
export const forgetting = (id: DocumentId, position: bigint): Operation => ({
  deleteOne: { filter: { _id: id, _deleted: true, _position: { $lte: position } } },
});
