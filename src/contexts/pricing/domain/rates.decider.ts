import { type Currency, isCurrency, parseRatio } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { RateSource, RatesEvent } from '../events/rates.events.js';
import { MAX_RATE_AZN, MAX_RATE_TEXT_LENGTH } from '../limits.js';
import type { RatesState } from './rates.js';

export type PricingRejectionCode = 'InvalidRate' | 'InvalidEffectiveDate';

export interface NewRates {
  /** AZN for one unit, as a decimal string; null takes the rate away. */
  readonly rates: Readonly<Partial<Record<Currency, string | null>>>;
  readonly source: RateSource;
  /** `YYYY-MM-DD` */
  readonly effectiveDate?: string;
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Sets the named rates and leaves the others; rates that stand already are not written again. */
export function setRates(
  state: RatesState,
  { rates, source, effectiveDate }: NewRates,
): RatesEvent[] | Rejection<PricingRejectionCode> {
  if (effectiveDate !== undefined && !DAY.test(effectiveDate)) return reject('InvalidEffectiveDate');
  const changed: Partial<Record<Currency, string | null>> = {};
  for (const [currency, azn] of Object.entries(rates) as [Currency, string | null][]) {
    if (!isCurrency(currency) || currency === 'AZN' || !(azn === null || isRate(azn)))
      return reject('InvalidRate', { currency });
    const current = state.rates[currency];
    const stands =
      azn === null
        ? current === undefined
        : current?.azn === azn &&
          current.source === source &&
          current.effectiveDate === (effectiveDate ?? null);
    if (!stands) changed[currency] = azn;
  }
  if (Object.keys(changed).length === 0) return [];
  return [{ type: 'RatesSet', data: { rates: changed, source, ...(effectiveDate && { effectiveDate }) } }];
}

function isRate(text: string): boolean {
  if (text.length > MAX_RATE_TEXT_LENGTH) return false;
  const ratio = parseRatio(text);
  return ratio !== null && ratio.numerator > 0n && ratio.numerator <= MAX_RATE_AZN * ratio.denominator;
}
