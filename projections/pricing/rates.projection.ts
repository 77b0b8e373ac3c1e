import type { RatesEvent } from '../../src/contexts/pricing/index.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

export interface RateDocument {
  /** AZN for one unit, as a decimal string. */
  readonly azn: string;
  readonly source: string;
  readonly effectiveDate: string | null;
  readonly at: string;
}

export interface RatesDocument extends ReadDocument {
  /** Current rates by currency. */
  readonly rates: Readonly<Record<string, RateDocument>>;
}

export const rates = defineProjection<RatesDocument, RatesEvent>({
  name: 'rates',
  version: 1,
  indexes: [],
  handles: { rates: ['RatesSet'] },
  keysOf: (event) => event.id,
  evolve(before, { data, at }, id) {
    const current = { ...before?.rates };
    for (const [currency, azn] of Object.entries(data.rates)) {
      if (azn === null || azn === undefined) delete current[currency];
      else current[currency] = { azn, source: data.source, effectiveDate: data.effectiveDate ?? null, at };
    }
    return { _id: id, rates: current };
  },
});
