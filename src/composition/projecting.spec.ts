import { upcastersOf } from '../platform/projections/fold.js';
import { AGGREGATES } from './aggregates.js';
import { UPCASTERS } from './projecting.js';

it('read models see every event in the shape that decisions see it in', () => {
  expect(UPCASTERS).toEqual(upcastersOf(AGGREGATES));
});
