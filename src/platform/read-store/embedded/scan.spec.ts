import { chunks, matcher } from './scan.js';
import type { Bytes } from './stored-document.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a list of values', () => {
  it.each([3, 300])('of %i is matched by a value, by one of several, and by nothing else', (count) => {
    const matches = matcher({ color: { $in: numbers(count) }, $and: [{ size: { $in: ['s', 'm'] } }, {}] });
    const answers = [
      { color: 2, size: 's' },
      { color: [-1, 2], size: 'm' },
      { color: 2, size: 'l' },
      { color: count, size: 's' },
      { color: '2', size: 's' },
      { color: [], size: 's' },
      { color: null, size: 's' },
      { size: 's' },
    ].map((document) => matches({ _id: 1, ...document }));
    expect(answers).toEqual([true, true, false, false, false, false, false, false]);
  });

  it('is not gone through for each document', () => {
    const documents = numbers(500).map((index) => ({ _id: -index }));
    const shortestMs = (count: number): number => {
      const matches = matcher({ $and: [{ _id: { $in: numbers(count) } }] });
      const times = numbers(5).map(() => {
        const begun = performance.now();
        for (const document of documents) matches(document);
        return performance.now() - begun;
      });
      return Math.min(...times);
    };
    expect(shortestMs(40_000)).toBeLessThan(100 * shortestMs(40));
  });
});

it('lets other work run between many ranges in which nothing lies', async () => {
  const key = Buffer.from('key');
  const ranges = numbers(1_000).map(() => ({ low: key, high: key }));
  const nothing = { getRange: () => [] } as unknown as Bytes;
  let turns = 0;
  let others: NodeJS.Immediate;
  const count = (): void => {
    turns += 1;
    others = setImmediate(count);
  };
  others = setImmediate(count);
  let read = 0;
  const plan = { index: 0, ranges, ordered: true, backwards: false, exact: true };
  for await (const entries of chunks(nothing, plan)) read += entries.length + 1;
  clearImmediate(others);
  expect(read).toBe(1_000);
  expect(turns).toBeGreaterThanOrEqual(10);
  expect(turns).toBeLessThan(100);
});
