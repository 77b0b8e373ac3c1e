import type { Currency } from '../../../platform/kernel/money.js';
import type { RateSource } from './rates.events.js';

// Stored format, inside the sale events: add kinds or optional fields, never rename.

/** A rate as it stood when it was applied. */
export interface RecordedRate {
  readonly currency: Currency;
  /** AZN for one unit. */
  readonly azn: string;
  readonly source: RateSource;
  /** `YYYY-MM-DD` */
  readonly effectiveDate: string | null;
  /** Revision in the stream of rates. */
  readonly revision: number;
}

/** One step of how a price came about, in the order of application. Percentages are decimal strings. */
export type AppliedRule =
  | { readonly kind: 'list-price'; readonly origin: 'base' | 'manual' | 'converted' }
  /** Times the rate of `from`, by the rate of `to`; null stands for AZN itself. */
  | { readonly kind: 'conversion'; readonly from: RecordedRate | null; readonly to: RecordedRate | null }
  | { readonly kind: 'rate-markup'; readonly percent: string; readonly currency: Currency }
  | { readonly kind: 'markup'; readonly percent: string }
  /** The one rounding of the price, to that many decimal digits. */
  | { readonly kind: 'rounding'; readonly mode: 'half-even'; readonly digits: number }
  /** How the amount in AZN was taken from the rounded price. */
  | { readonly kind: 'azn-amount'; readonly rate: RecordedRate; readonly rounding: 'half-even' }
  /** How the commission was taken from the rounded price. */
  | { readonly kind: 'commission'; readonly percent: string; readonly rounding: 'half-even' };
