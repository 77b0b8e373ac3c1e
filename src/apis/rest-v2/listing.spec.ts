import { containing } from './listing.js';

it.each(['plain', 'A.b*c', 'x\0y', '(\\d+)[a]^$'])(
  'finds %j wherever it stands, and nothing else',
  (text) => {
    const { $regex: pattern } = (containing('name', text) as { name: { $regex: string } }).name;
    expect(pattern).not.toContain('\0');
    expect(new RegExp(pattern).test(`before ${text.toLowerCase()} after`)).toBe(true);
    expect(new RegExp(pattern).test('something else')).toBe(false);
  },
);

it('narrows nothing without a text', () => {
  expect(containing('name', undefined)).toEqual({});
  expect(containing('name', '')).toEqual({});
});
