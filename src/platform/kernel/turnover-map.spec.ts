import fc from 'fast-check';
import { TurnoverMap } from './turnover-map.js';

it('holds what a Map holds, in the same order', () => {
  const change = fc.record({ key: fc.nat(20), value: fc.option(fc.nat(9), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 2_000, size: 'max' }), (changes) => {
      const [map, model] = [new TurnoverMap<number, number>(), new Map<number, number>()];
      for (const { key, value } of changes) {
        if (value === undefined) expect(map.delete(key)).toBe(model.delete(key));
        else {
          map.set(key, value);
          model.set(key, value);
        }
        expect([map.get(key), map.has(key), map.size]).toEqual([model.get(key), model.has(key), model.size]);
      }
      expect([...map]).toEqual([...model]);
      map.clear();
      expect([...map.keys(), ...map.values()]).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

it('begins anew before more was deleted than it holds', () => {
  const map = new TurnoverMap<number, number>([[-1, 0]]);
  const before = map.keys();
  for (let key = 0; key < 256; key += 1) {
    map.set(key, key);
    map.delete(key);
  }
  map.set(256, 0);
  expect([...before]).toEqual([-1]);
  expect([...map.keys()]).toEqual([-1, 256]);
});
