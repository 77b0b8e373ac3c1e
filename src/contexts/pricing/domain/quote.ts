import {
  CURRENCY_EXPONENTS,
  type Currency,
  divideHalfEven,
  type Money,
  multiplyRatios,
  parseRatio,
  type Ratio,
  type StoredMoney,
} from '../../../platform/kernel/money.js';
import type { AppliedRule, RecordedRate } from '../events/applied-rule.js';
import type { CurrentRate, RatesState } from './rates.js';

/** A price that a package has in one currency: set by hand, or made by converting its base price. */
export interface ExplicitPrice {
  /** Minor units as a decimal string. */
  readonly amount: string;
  readonly origin: 'manual' | 'converted';
}

/** What pricing needs to know of a package. */
export interface PricedPackage {
  readonly basePrice: StoredMoney;
  readonly explicitPrices: Readonly<Partial<Record<Currency, ExplicitPrice>>>;
}

/** What pricing needs to know of a partner. Percentages are decimal strings, `"-2.5"` takes 2.5 % off. */
export interface PartnerTerms {
  readonly rateMarkupPercent: Readonly<Partial<Record<Currency, string>>>;
  readonly markupPercent: string;
  readonly commissionPercent: string;
}

/** Nobody's own terms: prices as they are in the catalogue. */
export const LIST_TERMS: PartnerTerms = {
  rateMarkupPercent: {},
  markupPercent: '0',
  commissionPercent: '0',
};

export interface Quote {
  /** The catalogue's price before any rule: the explicit price, else the base price in its own currency. */
  readonly listPrice: StoredMoney;
  /** What the partner pays, above 0. */
  readonly price: Money;
  readonly rules: readonly AppliedRule[];
  /** {@link price} in AZN at the current rate; null if its currency has none. */
  readonly amountAzn: StoredMoney | null;
  /** The partner's share of {@link price}, in its currency. */
  readonly commission: Money;
}

export interface QuoteRequest {
  readonly pkg: PricedPackage;
  readonly rates: RatesState;
  readonly partner: PartnerTerms;
  readonly currency: Currency;
}

/**
 * What a package costs a partner in a currency: the explicit price in that currency, else base price × current rate ×
 * (1 + the partner's rate markup for that currency); then × (1 + markup); rounded once, half to even. Two foreign
 * currencies meet through AZN, exactly. Without a conversion there is no rate markup.
 *
 * @returns null when there is no price: a rate is missing, or it comes to 0 or less.
 *
 * Terms are worked out once per state object and kept with it, so hand in the folded states themselves, not copies.
 */
export function quote({ pkg, rates, partner, currency }: QuoteRequest): Quote | null {
  const explicit = pkg.explicitPrices[currency];
  const listPrice: StoredMoney = explicit ? { amount: explicit.amount, currency } : pkg.basePrice;
  const terms = termsFor(rates, partner, explicit?.origin ?? 'base', listPrice.currency, currency);
  if (!terms) return null;
  const amountMinor = applyRatio(BigInt(listPrice.amount), terms.price);
  if (amountMinor <= 0n) return null;
  return {
    listPrice,
    price: { amountMinor, currency },
    rules: terms.rules,
    amountAzn: terms.azn && { amount: applyRatio(amountMinor, terms.azn).toString(), currency: 'AZN' },
    commission: { amountMinor: terms.commission ? applyRatio(amountMinor, terms.commission) : 0n, currency },
  };
}

/** Everything about a price that does not depend on the package's amount. */
interface Terms {
  /** Minor units of the list price to minor units of the price. */
  readonly price: Ratio;
  /** Minor units of the price to qəpik. */
  readonly azn: Ratio | null;
  readonly commission: Ratio | null;
  readonly rules: readonly AppliedRule[];
}

const termsCache = new WeakMap<RatesState, WeakMap<PartnerTerms, Map<string, Terms | null>>>();

type Origin = ExplicitPrice['origin'] | 'base';

function termsFor(
  rates: RatesState,
  partner: PartnerTerms,
  origin: Origin,
  from: Currency,
  to: Currency,
): Terms | null {
  let ofRates = termsCache.get(rates);
  if (!ofRates) {
    ofRates = new WeakMap();
    termsCache.set(rates, ofRates);
  }
  let ofPartner = ofRates.get(partner);
  if (!ofPartner) {
    ofPartner = new Map();
    ofRates.set(partner, ofPartner);
  }
  const key = `${origin} ${from} ${to}`;
  let terms = ofPartner.get(key);
  if (terms === undefined) {
    terms = buildTerms(rates, partner, origin, from, to);
    ofPartner.set(key, terms);
  }
  return terms;
}

function buildTerms(
  rates: RatesState,
  partner: PartnerTerms,
  origin: Origin,
  from: Currency,
  to: Currency,
): Terms | null {
  const rules: AppliedRule[] = [{ kind: 'list-price', origin }];
  let price: Ratio = ONE;
  if (from !== to) {
    const fromAzn = aznRatio(rates, from);
    const toAzn = aznRatio(rates, to);
    if (!fromAzn || !toAzn) return null;
    price = divideRatios(fromAzn, toAzn);
    rules.push({ kind: 'conversion', from: rateRecord(rates, from), to: rateRecord(rates, to) });
    const percent = partner.rateMarkupPercent[to];
    if (percent !== undefined && !isZero(percent)) {
      const factor = onePlusPercent(percent);
      if (!factor) return null;
      price = multiplyRatios(price, factor);
      rules.push({ kind: 'rate-markup', percent, currency: to });
    }
  }
  if (!isZero(partner.markupPercent)) {
    const factor = onePlusPercent(partner.markupPercent);
    if (!factor) return null;
    price = multiplyRatios(price, factor);
    rules.push({ kind: 'markup', percent: partner.markupPercent });
  }
  rules.push({ kind: 'rounding', mode: 'half-even', digits: CURRENCY_EXPONENTS[to] });
  const azn = aznRatio(rates, to);
  const rate = rateRecord(rates, to);
  if (rate) rules.push({ kind: 'azn-amount', rate, rounding: 'half-even' });
  const commission = isZero(partner.commissionPercent) ? null : percentRatio(partner.commissionPercent);
  if (commission)
    rules.push({ kind: 'commission', percent: partner.commissionPercent, rounding: 'half-even' });
  return { price: reduce(price), azn: azn && reduce(azn), commission, rules: Object.freeze(rules) };
}

const ONE: Ratio = { numerator: 1n, denominator: 1n };

/** Minor units of a currency to qəpik; null if it has no rate. */
function aznRatio(rates: RatesState, currency: Currency): Ratio | null {
  if (currency === 'AZN') return ONE;
  const current: CurrentRate | undefined = rates.rates[currency];
  if (!current) return null;
  const scale = { numerator: minorUnits('AZN'), denominator: minorUnits(currency) };
  return multiplyRatios(decimal(current.azn), scale);
}

function rateRecord(rates: RatesState, currency: Currency): RecordedRate | null {
  const current = rates.rates[currency];
  return current && currency !== 'AZN' ? { currency, ...current } : null;
}

const minorUnits = (currency: Currency): bigint => 10n ** BigInt(CURRENCY_EXPONENTS[currency]);

/** Rates and percentages were checked when they were stored, so anything else here is damage or a bug. */
function decimal(text: string): Ratio {
  const ratio = parseRatio(text);
  if (!ratio) throw new Error(`not a decimal: ${JSON.stringify(text)}`);
  return ratio;
}

const isZero = (percent: string): boolean => decimal(percent).numerator === 0n;

const percentRatio = (percent: string): Ratio =>
  reduce(multiplyRatios(decimal(percent), { numerator: 1n, denominator: 100n }));

/** Null at −100 % and below: two such markups must not make a price out of two negative factors. */
function onePlusPercent(percent: string): Ratio | null {
  const { numerator, denominator } = percentRatio(percent);
  return denominator + numerator > 0n ? { numerator: denominator + numerator, denominator } : null;
}

const divideRatios = (a: Ratio, b: Ratio): Ratio =>
  multiplyRatios(a, { numerator: b.denominator, denominator: b.numerator });

const applyRatio = (amountMinor: bigint, ratio: Ratio): bigint =>
  divideHalfEven(amountMinor * ratio.numerator, ratio.denominator);

/** Smaller numbers multiply faster; the value is the same. */
function reduce({ numerator, denominator }: Ratio): Ratio {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b > 0n) [a, b] = [b, a % b];
  return a > 1n ? { numerator: numerator / a, denominator: denominator / a } : { numerator, denominator };
}
