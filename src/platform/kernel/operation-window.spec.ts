import * as fc from 'fast-check';
import {
  emptyWindow,
  findOperation,
  type OperationWindow,
  recordOperation,
  WINDOW_GENERATION_SIZE,
} from './operation-window.js';

const windowOf = (operations: readonly string[], from = emptyWindow()): OperationWindow =>
  operations.reduce((window, name, index) => recordOperation(window, name, `o${index}`, index), from);

describe('the window of operations', () => {
  it('keeps the last outcome of each operation', () => {
    const window = windowOf(['a', 'b', 'a']);
    expect(findOperation(window, 'a')).toBe('o2');
    expect(findOperation(window, 'b')).toBe('o1');
    expect(findOperation(window, 'c')).toBeUndefined();
  });

  it('forgets by generations, and says from which revision on it knows', () => {
    const names = Array.from({ length: 2 * WINDOW_GENERATION_SIZE + 1 }, (_, index) => `n${index}`);
    const window = windowOf(names);
    expect(window.since).toBe(WINDOW_GENERATION_SIZE + 1);
    expect(findOperation(window, names[WINDOW_GENERATION_SIZE - 1]!)).toBeUndefined();
    expect(findOperation(window, names[window.since]!)).toBe(`o${window.since}`);
  });

  it('knows every operation from that revision on, where events tell of several', () => {
    const perEvent = 3;
    let window = emptyWindow();
    const told: [operation: string, revision: number][] = [];
    for (let revision = 0; revision < 2 * WINDOW_GENERATION_SIZE; revision += 1) {
      for (let nth = 0; nth < perEvent; nth += 1) {
        const operation = `${revision}/${nth}`;
        window = recordOperation(window, operation, 'done', revision);
        told.push([operation, revision]);
      }
    }
    const forgotten = told.filter(
      ([operation, revision]) => revision >= window.since && findOperation(window, operation) === undefined,
    );
    expect(window.since).toBeGreaterThan(0);
    expect(forgotten).toEqual([]);
  });

  it('is a value: whatever is recorded on one never shows in another', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });
    const property = fc.property(
      fc.array(fc.tuple(fc.nat(), fc.constantFrom('a', 'b', 'c', 'd'))),
      names,
      (steps, start) => {
        const windows = [
          {
            window: windowOf(start),
            expected: new Map<string, string>(start.map((name, index) => [name, `o${index}`])),
          },
        ];
        steps.forEach(([pick, name], index) => {
          const { window, expected } = windows[pick % windows.length]!;
          const outcome = `s${index}`;
          windows.push({
            window: recordOperation(window, name, outcome, start.length + index),
            expected: new Map([...expected, [name, outcome]]),
          });
        });
        for (const { window, expected } of windows) {
          for (const name of ['a', 'b', 'c', 'd'])
            expect(findOperation(window, name)).toBe(expected.get(name));
        }
      },
    );
    fc.assert(property);
  });
});
