import { setImmediate as turn } from 'node:timers/promises';
import { Query } from 'mingo';
import type { AnyObject } from 'mingo/types';
import type { Filter, ReadDocument, Sort } from '../read-store.js';
import type { QueryPlan } from './query-plan.js';
import type { Bytes } from './stored-document.js';

/** Entries read without letting other work of the process run. */
export const CHUNK_ENTRIES = 250;

/** Walks the ranges of a plan, letting other work run between chunks. */
export async function* chunks(
  source: Bytes,
  plan: QueryPlan,
): AsyncGenerator<{ key: Buffer; value: Buffer }[]> {
  let first = true;
  for (const { low, high } of plan.ranges) {
    let from: Buffer | null = null;
    for (;;) {
      if (!first) await turn();
      first = false;
      const options: RangeBounds = plan.backwards
        ? { start: from ?? high, end: low, inclusiveEnd: true, reverse: true }
        : { start: from ?? low, end: high };
      const entries: { key: Buffer; value: Buffer }[] = [
        ...source.getRange({ ...options, exclusiveStart: from !== null, limit: CHUNK_ENTRIES }),
      ];
      yield entries;
      if (entries.length < CHUNK_ENTRIES) break;
      from = entries.at(-1)!.key;
    }
  }
}

interface RangeBounds {
  readonly start: Buffer;
  readonly end: Buffer;
  readonly inclusiveEnd?: boolean;
  readonly reverse?: boolean;
}

export const sortDocuments = (documents: ReadDocument[], sort: Sort): ReadDocument[] =>
  Object.keys(sort).length === 0
    ? documents
    : new Query({})
        .find<ReadDocument>(documents)
        .sort({ ...sort })
        .all();

/** The test that a filter puts to each document. */
export function matcher(filter: Filter): (document: ReadDocument) => boolean {
  const query = new Query(filter);
  return (document) => query.test(document as unknown as AnyObject);
}
