import type { Provider } from '@nestjs/common';
import { SetRatesHandler } from './commands/set-rates.js';
import { GetRatesHandler } from './queries/get-rates.js';

export { SetRates } from './commands/set-rates.js';
export {
  type ExplicitPrice,
  LIST_TERMS,
  type PartnerTerms,
  type PricedPackage,
  type Quote,
  type QuoteRequest,
  quote,
} from './domain/quote.js';
export { type NewRates, type PricingRejectionCode, setRates } from './domain/rates.decider.js';
export { type CurrentRate, RATES_ID, Rates, type RatesState } from './domain/rates.js';
export type { AppliedRule, RecordedRate } from './events/applied-rule.js';
export type { RateSource, RatesEvent } from './events/rates.events.js';
export { GetRates } from './queries/get-rates.js';

/** What the composition root registers; the handlers need an `Executor`. */
export const PRICING_PROVIDERS: Provider[] = [SetRatesHandler, GetRatesHandler];
