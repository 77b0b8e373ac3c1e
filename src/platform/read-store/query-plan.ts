import { INDEXED_STRING_UNITS, indexPrefix } from './index-key.js';
import type { Filter, Sort } from './read-store.js';

/** Keys from `low` (inclusive) to `high` (exclusive). */
export interface KeyRange {
  readonly low: Buffer;
  readonly high: Buffer;
}

/** Where the documents of a query lie: the query itself is still asked of each of them unless `exact`. */
export interface QueryPlan {
  /** Place in the collection's index list, -1 for the collection itself in the order of `_id`. */
  readonly index: number;
  readonly ranges: readonly KeyRange[];
  /** Whether walking the ranges gives the wanted order, and in which direction. */
  readonly ordered: boolean;
  readonly backwards: boolean;
  /** Whether everything in the ranges matches. */
  readonly exact: boolean;
}

/** An `$in` with more values than this does not narrow by index. */
const MAX_IN_VALUES = 1_000;

type Condition =
  | { readonly kind: 'equal'; readonly values: readonly unknown[] }
  | { readonly kind: 'range'; readonly low: unknown; readonly high: unknown; readonly exact: boolean };

const isScalar = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'number';

/** What a field's condition says to an index; null if nothing. */
function conditionOf(value: unknown): Condition | null {
  if (isScalar(value)) return { kind: 'equal', values: [value] };
  if (typeof value !== 'object' || value === null) return null;
  const operators = value as Record<string, unknown>;
  if ('$eq' in operators && isScalar(operators.$eq)) return { kind: 'equal', values: [operators.$eq] };
  if (
    Array.isArray(operators.$in) &&
    operators.$in.length <= MAX_IN_VALUES &&
    operators.$in.every(isScalar)
  ) {
    return { kind: 'equal', values: [...new Set(operators.$in)] };
  }
  const low = operators.$gte ?? operators.$gt;
  const high = operators.$lte ?? operators.$lt;
  const bounds = [low, high].filter((bound) => bound !== undefined);
  if (bounds.length === 0 || !bounds.every((bound) => bound !== null && isScalar(bound))) return null;
  return { kind: 'range', low, high, exact: isExactRange(operators) };
}

/** Whether the keys between the bounds, both included, are those of the documents that match, and of no others. */
function isExactRange(operators: Readonly<Record<string, unknown>>): boolean {
  const { $gte: low, $lte: high, ...others } = operators;
  if (Object.keys(others).length > 0) return false;
  // Strings come last: without a higher bound nothing else is in their range.
  const isBounded = high === undefined ? typeof low === 'string' : typeof low === typeof high;
  return isBounded && [low, high].every((bound) => !isCutOff(bound));
}

/** A key that was cut off may stand for a longer text. */
const isCutOff = (bound: unknown): boolean =>
  typeof bound === 'string' && bound.length >= INDEXED_STRING_UNITS;

const fitsWhole = (value: unknown): boolean =>
  typeof value !== 'string' || value.length <= INDEXED_STRING_UNITS;

/** Every combination of the values, in order. */
const combinations = (lists: readonly (readonly unknown[])[]): unknown[][] =>
  lists.reduce<unknown[][]>(
    (all, list) => all.flatMap((head) => list.map((value) => [...head, value])),
    [[]],
  );

function directionOf(sort: readonly (readonly [string, 1 | -1])[], rest: readonly string[]): 1 | -1 | null {
  const direction = sort[0]?.[1] ?? 1;
  const served = sort.every(([field, wanted], place) => rest[place] === field && wanted === direction);
  return served ? direction : null;
}

function planWith(index: number, named: readonly string[], filter: Filter, sort: Sort): [number, QueryPlan] {
  const fields = named.at(-1) === '_id' ? named : [...named, '_id'];
  const equal: (readonly unknown[])[] = [];
  let range: Extract<Condition, { kind: 'range' }> | null = null;
  let count = 1;
  for (const field of fields) {
    const condition = conditionOf(filter[field]);
    if (condition?.kind === 'equal' && count * condition.values.length <= MAX_IN_VALUES) {
      count *= condition.values.length;
      equal.push(condition.values);
      continue;
    }
    if (condition?.kind === 'range') range = condition;
    break;
  }
  const fixed = new Set(fields.slice(0, equal.length).filter((_, place) => equal[place]!.length === 1));
  const wanted = Object.entries(sort).filter(([field]) => !fixed.has(field));
  const direction = count === 1 ? directionOf(wanted, fields.slice(equal.length)) : null;
  const ordered = wanted.length === 0 ? count === 1 || Object.keys(sort).length === 0 : direction !== null;
  const ranges = combinations(equal).map((values) => ({
    low: indexPrefix(index, range?.low === undefined ? values : [...values, range.low]),
    high: indexPrefix(index, range?.high === undefined ? values : [...values, range.high], true),
  }));
  const exact =
    (!range || range.exact) &&
    Object.keys(filter).length === equal.length + (range ? 1 : 0) &&
    equal.every((values) => values.every(fitsWhole));
  const score = equal.length * 8 + (range ? 4 : 0) + (ordered && wanted.length > 0 ? 3 : 0);
  return [score, { index, ranges, ordered, backwards: direction === -1, exact }];
}

/** The same among those that give the wanted order; null if none does. */
export function planInOrder(
  filter: Filter,
  sort: Sort,
  indexes: readonly (readonly string[])[],
): QueryPlan | null {
  let bestScore = Number.NEGATIVE_INFINITY;
  let best: QueryPlan | null = null;
  for (const [place, fields] of [['_id'], ...indexes].entries()) {
    const [score, plan] = planWith(place - 1, fields, filter, sort);
    if (plan.ordered && score > bestScore) [bestScore, best] = [score, plan];
  }
  return best;
}

/** The index that narrows a query most; among equals one that gives the wanted order, then the first declared. */
export function planQuery(filter: Filter, sort: Sort, indexes: readonly (readonly string[])[]): QueryPlan {
  let [bestScore, best] = planWith(-1, ['_id'], filter, sort);
  for (const [index, fields] of indexes.entries()) {
    const [score, plan] = planWith(index, fields, filter, sort);
    if (score > bestScore) [bestScore, best] = [score, plan];
  }
  return best;
}
