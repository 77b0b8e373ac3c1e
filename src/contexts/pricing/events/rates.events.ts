import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Currency } from '../../../platform/kernel/money.js';

// Stored format: add optional fields or upcast, never rename.

/** Where a rate came from: typed in by staff, or read from the central bank's feed. */
export type RateSource = 'manual' | 'feed';

export type RatesEvent = DomainEvent<
  'RatesSet',
  {
    /** AZN for one unit, as a decimal string; null: no rate from now on. Currencies not named keep theirs. */
    readonly rates: Readonly<Partial<Record<Currency, string | null>>>;
    readonly source: RateSource;
    /** The day that the source names, `YYYY-MM-DD`. */
    readonly effectiveDate?: string;
  }
>;
