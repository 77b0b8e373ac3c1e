import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { RateSource, RatesEvent } from '../events/rates.events.js';

export interface CurrentRate {
  /** AZN for one unit, a positive decimal string as it was given. */
  readonly azn: string;
  readonly source: RateSource;
  /** `YYYY-MM-DD`, or null if the source named no day. */
  readonly effectiveDate: string | null;
  /** Revision of the `RatesSet` that it stands in. */
  readonly revision: number;
}

export interface RatesState {
  /** A currency without an entry has no rate; AZN never has one, it is the unit. */
  readonly rates: Readonly<Partial<Record<Currency, CurrentRate>>>;
  /** The newest day of which the feed set rates, `YYYY-MM-DD`, whether or not they still stand. */
  readonly feedDay: string | null;
}

/** The only stream of its category: everybody's rates are rates to AZN. */
export const RATES_ID = 'azn';

export const Rates: Aggregate<RatesState, RatesEvent> = {
  category: 'rates',
  stateVersion: 2,
  initial: { rates: {}, feedDay: null },
  evolve(state, event, place) {
    switch (event.type) {
      case 'RatesSet': {
        const { source, effectiveDate = null } = event.data;
        const rates: Partial<Record<Currency, CurrentRate>> = { ...state.rates };
        for (const [currency, azn] of Object.entries(event.data.rates) as [Currency, string | null][]) {
          if (azn === null) delete rates[currency];
          else rates[currency] = { azn, source, effectiveDate, revision: place.revision };
        }
        return { rates, feedDay: source === 'feed' ? later(state.feedDay, effectiveDate) : state.feedDay };
      }
      default:
        return unreachable(event.type);
    }
  },
};

const later = (one: string | null, other: string | null): string | null =>
  one === null || (other !== null && other > one) ? other : one;
