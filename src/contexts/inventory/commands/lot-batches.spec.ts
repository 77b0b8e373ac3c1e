import fc from 'fast-check';
import { inBatches } from './lot-batches.js';

const sizes = (...keys: number[]): number[][] =>
  [...inBatches(keys.map((count, lot) => ({ lot, keys: count })))].map((batch) =>
    batch.map((share) => share.keys),
  );

it('full lots stand alone, small ones together', () => {
  expect(sizes(1000, 1000)).toEqual([[1000], [1000]]);
  expect(sizes(400, 600, 1)).toEqual([[400, 600], [1]]);
  expect(sizes(...Array<number>(20).fill(1)).map((batch) => batch.length)).toEqual([16, 4]);
  expect(sizes()).toEqual([]);
});

it('no lot is lost and none comes twice', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 })), (keys) => {
      expect(sizes(...keys).flat()).toEqual(keys);
    }),
  );
});
