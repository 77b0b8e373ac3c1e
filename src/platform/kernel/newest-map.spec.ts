import fc from 'fast-check';
import { NewestMap } from './newest-map.js';

it('is as it was after others came from it', () => {
  const one = NewestMap.of<number>([['a', 1]]);
  const two = one.set('b', 2);
  const other = one.set('b', 3).remove('a');
  expect([one.entries(), one.size]).toEqual([[['a', 1]], 1]);
  expect([two.get('b'), two.get('a'), two.size]).toEqual([2, 1, 2]);
  expect([other.entries(), other.has('a'), other.size]).toEqual([[['b', 3]], false, 1]);
  expect(NewestMap.empty<number>().set('a', 1).get('b')).toBeUndefined();
  expect(NewestMap.empty().size).toBe(0);
});

it('shows the same entries as a map of its own, whichever version is asked next', () => {
  const change = fc.record({
    from: fc.nat(),
    ask: fc.nat(),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    value: fc.option(fc.nat(9), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40, size: 'max' }), (changes) => {
      const versions = [{ map: NewestMap.empty<number>(), model: new Map<string, number>() }];
      for (const { from, ask, key, value } of changes) {
        const { map, model } = versions[from % versions.length]!;
        const next = new Map(model);
        if (value === undefined) next.delete(key);
        else next.set(key, value);
        versions.push({ map: value === undefined ? map.remove(key) : map.set(key, value), model: next });
        const asked = versions[ask % versions.length]!;
        expect(new Map(asked.map.entries())).toEqual(asked.model);
      }
      for (const { map, model } of versions) {
        expect([map.size, new Map(map.entries())]).toEqual([model.size, model]);
      }
    }),
  );
});
