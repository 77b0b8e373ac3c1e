import type { DomainEvent } from '../../src/platform/kernel/aggregate.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

export interface TotalDocument extends ReadDocument {
  readonly total: number;
  readonly events: number;
}

/** Sums: an event that is folded twice, or not at all, shows. */
export const totals = defineProjection<TotalDocument, DomainEvent<'Added', { readonly by: number }>>({
  name: 'totals',
  version: 1,
  indexes: [['total']],
  handles: { total: ['Added'] },
  keysOf: ({ id, revision }) => [id, `${id}.${revision}`],
  evolve: (before, { data }, id) => ({
    _id: id,
    total: (before?.total ?? 0) + data.by,
    events: (before?.events ?? 0) + 1,
  }),
});
