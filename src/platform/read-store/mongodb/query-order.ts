import type { Sort } from '../read-store.js';

/** An index as MongoDB knows it: the id is always last. */
export const indexKeys = (fields: readonly string[]): Record<string, 1> =>
  Object.fromEntries([...fields.filter((field) => field !== '_id'), '_id'].map((field) => [field, 1]));

/** Fields of the index at a place in the list, those of the collection itself at -1. */
export const indexAt = (indexes: readonly (readonly string[])[], place: number): Record<string, 1> =>
  indexKeys(indexes[place] ?? []);

/**
 * The order of an answer, to the last document: pages of one query fit together. The id goes in the direction of the
 * other fields, so that an index gives the order both ways.
 */
export function wholeOrder(sort: Sort, index: Record<string, 1>): Sort {
  const direction = Object.values(sort).at(-1);
  if (direction === undefined) return index;
  return '_id' in sort ? sort : { ...sort, _id: direction };
}
