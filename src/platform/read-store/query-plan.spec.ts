import { planQuery } from './query-plan.js';

const INDEXES = [['id'], ['partnerId', 'id'], ['status', 'partnerId', 'id']];

const plan = (filter: Record<string, unknown>, sort: Record<string, 1 | -1> = {}) => {
  const { index, ranges, ordered, backwards, exact } = planQuery(filter, sort, INDEXES);
  return { index, ranges: ranges.length, ordered, backwards, exact };
};

describe('the plan of a query', () => {
  it('uses the index with the most equal fields', () => {
    expect(plan({ partnerId: 1 })).toMatchObject({ index: 1, ranges: 1, exact: true });
    expect(plan({ partnerId: 1, status: 'pending' })).toMatchObject({ index: 2, exact: true });
  });

  it('walks an index backwards when that is the wanted order', () => {
    expect(plan({}, { id: -1 })).toEqual({
      index: 0,
      ranges: 1,
      ordered: true,
      backwards: true,
      exact: true,
    });
    expect(plan({ partnerId: 1 }, { id: -1 })).toMatchObject({ index: 1, ordered: true, backwards: true });
  });

  it('a sort by a fixed field adds nothing', () => {
    expect(plan({ partnerId: 1 }, { partnerId: 1, id: 1 })).toMatchObject({ index: 1, ordered: true });
  });

  it('a list of values is one range each, in no order of another field', () => {
    expect(plan({ partnerId: { $in: [1, 2, 2] } }, { id: 1 })).toMatchObject({
      index: 1,
      ranges: 2,
      ordered: false,
    });
  });

  it('a list of many values still narrows, one of thousands does not', () => {
    const values = (count: number) => ({ $in: Array.from({ length: count }, (_, value) => value) });
    expect(plan({ partnerId: values(1_000) })).toMatchObject({ index: 1, ranges: 1_000 });
    expect(plan({ partnerId: values(1_001) })).toMatchObject({ index: -1, ranges: 1 });
  });

  it('a range narrows the field after the equal ones and is asked of each document again', () => {
    expect(plan({ partnerId: 1, id: { $gt: 3 } }, { id: 1 })).toMatchObject({
      index: 1,
      ranges: 1,
      ordered: true,
      exact: false,
    });
  });

  it('a range with both bounds in it, of texts or of numbers, is not asked of the documents', () => {
    expect(plan({ id: { $gte: 3, $lte: 5 } })).toMatchObject({ index: 0, exact: true });
    expect(plan({ partnerId: 1, id: { $gte: 'a', $lte: 'b' } })).toMatchObject({ index: 1, exact: true });
    expect(plan({ id: { $gte: 'a' } })).toMatchObject({ index: 0, exact: true });
    for (const range of [
      { $gte: 3 },
      { $lte: 'b' },
      { $gte: 3, $lt: 5 },
      { $gt: 3, $lte: 5 },
      { $gte: 3, $lte: 'b' },
      { $gte: 'a', $lte: 'x'.repeat(200) },
    ]) {
      expect({ range, ...plan({ id: range }) }).toMatchObject({ range, index: 0, exact: false });
    }
    expect(plan({ id: { $gte: 3, $lte: 5 }, name: 'x' })).toMatchObject({ index: 0, exact: false });
  });

  it('mixed directions and unknown fields are sorted afterwards', () => {
    expect(plan({}, { id: 1, name: -1 }).ordered).toBe(false);
    expect(plan({ name: 'x' }, { name: 1 })).toMatchObject({ index: -1, ordered: false, exact: false });
  });

  it('operators that say nothing to an index leave the whole collection', () => {
    expect(plan({ status: { $ne: 'pending' } })).toMatchObject({ index: -1, exact: false });
    expect(plan({ $or: [{ id: 1 }, { id: 2 }] })).toMatchObject({ index: -1, exact: false });
  });

  it('a text longer than the index keeps is not exact', () => {
    expect(plan({ status: 'x'.repeat(300) })).toMatchObject({ index: 2, exact: false });
  });
});
