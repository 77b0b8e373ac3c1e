import { setImmediate as turn } from 'node:timers/promises';
import { Context } from 'mingo/core';
import * as queryOperators from 'mingo/operators/query';
import { Query } from 'mingo/query';
import type { AnyObject } from 'mingo/types';
import type { QueryPlan } from '../query-plan.js';
import type { Filter, ReadDocument, Sort } from '../read-store.js';
import type { Bytes } from './stored-document.js';

/** Entries read without letting other work of the process run. */
const CHUNK_ENTRIES = 250;
/** To find where a range begins takes as long as reading so many entries. */
const ENTRIES_OF_SEEK = 5;

/** Walks the ranges of a plan, letting other work run between chunks. */
export async function* chunks(
  source: Bytes,
  plan: QueryPlan,
  size = CHUNK_ENTRIES,
): AsyncGenerator<{ key: Buffer; value: Buffer }[]> {
  let read = 0;
  for (const { low, high } of plan.ranges) {
    let from: Buffer | null = null;
    for (;;) {
      if (read >= CHUNK_ENTRIES) {
        await turn();
        read = 0;
      }
      const options: RangeBounds = plan.backwards
        ? { start: from ?? high, end: low, inclusiveEnd: true, reverse: true }
        : { start: from ?? low, end: high };
      const entries: { key: Buffer; value: Buffer }[] = [
        ...source.getRange({ ...options, exclusiveStart: from !== null, limit: size }),
      ];
      read += ENTRIES_OF_SEEK + entries.length;
      yield entries;
      if (entries.length < size) break;
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

/** The whole of mingo takes a start as long as all else that a process loads: filters need its query operators alone. */
const OPTIONS = { context: Context.init({ query: { ...queryOperators } }) };

const sortDocuments = (documents: ReadDocument[], sort: Sort): ReadDocument[] =>
  Object.keys(sort).length === 0
    ? documents
    : new Query({}, OPTIONS)
        .find<ReadDocument>(documents)
        .sort({ ...sort })
        .all();

export type Matcher = (document: ReadDocument) => boolean;

export const EVERYTHING: Matcher = () => true;

/** Shorter lists are as quickly gone through. */
const LONG_LIST = 16;

/** A field, and the values of which it must be one. */
type Membership = readonly [field: string, values: ReadonlySet<unknown>];

function longListOf(field: string, condition: unknown): ReadonlySet<unknown> | null {
  if (field.startsWith('$') || field.includes('.')) return null;
  const { $in: values, ...others } = Object(condition) as { $in?: unknown };
  if (!Array.isArray(values) || values.length < LONG_LIST || Object.keys(others).length > 0) return null;
  return values.every((value) => typeof value === 'string' || typeof value === 'number')
    ? new Set(values)
    : null;
}

/** Takes the long lists out of a filter, into `lists`; the rest is left to ask. */
function withoutLongLists(filter: Filter, lists: Membership[]): Filter {
  const rest: Record<string, unknown> = {};
  for (const [field, condition] of Object.entries(filter)) {
    const values = longListOf(field, condition);
    if (values) lists.push([field, values]);
    else if (field === '$and')
      rest.$and = (condition as Filter[]).map((part) => withoutLongLists(part, lists));
    else rest[field] = condition;
  }
  return rest;
}

/**
 * The test that a filter puts to each document. Long lists are looked up in, not gone through: what may be bought, asked of all that
 * there is, would take the square of the catalogue.
 */
export function matcher(filter: Filter): Matcher {
  const lists: Membership[] = [];
  const query = new Query(withoutLongLists(filter, lists), OPTIONS);
  const isListed = (document: ReadDocument): boolean =>
    lists.every(([field, values]) => {
      const value = (document as unknown as AnyObject)[field];
      return Array.isArray(value) ? value.some((each) => values.has(each)) : values.has(value);
    });
  return (document) => isListed(document) && query.test(document as unknown as AnyObject);
}

/** The documents from `skip` on that match, out of chunks that come in the wanted order. */
export async function takeInOrder(
  chunked: AsyncIterable<ReadDocument[]>,
  matches: Matcher,
  skip: number,
  limit: number,
): Promise<ReadDocument[]> {
  const found: ReadDocument[] = [];
  let passed = 0;
  for await (const documents of chunked) {
    for (const document of documents) {
      if (!matches(document)) continue;
      if (passed < skip) passed += 1;
      else if (found.length < limit) found.push(document);
    }
    if (found.length >= limit) break;
  }
  return found;
}

/** The same out of chunks in any order. */
export async function takeSorted(
  chunked: AsyncIterable<ReadDocument[]>,
  matches: Matcher,
  sort: Sort,
  skip: number,
  limit: number,
): Promise<ReadDocument[]> {
  const wanted = skip + limit;
  let found: ReadDocument[] = [];
  for await (const documents of chunked) {
    for (const document of documents) if (matches(document)) found.push(document);
    // Only the first `wanted` can be in the answer: memory does not grow with the collection.
    if (found.length > 4 * wanted + CHUNK_ENTRIES) found = sortDocuments(found, sort).slice(0, wanted);
  }
  return sortDocuments(found, sort).slice(skip, wanted);
}
