import { matcher } from './scan.js';

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
