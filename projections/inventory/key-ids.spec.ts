import { keyId } from '../../src/contexts/inventory/index.js';
import { keyIdOf } from './key-ids.js';

it.each([
  [1, 0],
  [1, 999],
  [123_456, 17],
])('the key of lot %i in slot %i has the id that the inventory gives it', (lot, slot) => {
  expect([keyIdOf(lot, slot), keyIdOf(String(lot), slot)]).toEqual([keyId(lot, slot), keyId(lot, slot)]);
});
