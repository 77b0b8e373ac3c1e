import fc from 'fast-check';
import {
  CURRENCY_EXPONENTS,
  type Currency,
  divideHalfEven,
  formatMinor,
  parseMoney,
  SALE_CURRENCIES,
} from '../../../platform/kernel/money.js';
import { type PartnerTerms, type PricedPackage, quote } from './quote.js';
import type { RatesState } from './rates.js';

const ratesOf = (rates: Partial<Record<Currency, string>>): RatesState => ({
  feedDay: null,
  rates: Object.fromEntries(
    Object.entries(rates).map(([currency, azn]) => [
      currency,
      { azn, source: 'manual', effectiveDate: null, revision: 3 },
    ]),
  ),
});

const partnerOf = (terms: Partial<PartnerTerms> = {}): PartnerTerms => ({
  rateMarkupPercent: {},
  markupPercent: '0',
  commissionPercent: '0',
  ...terms,
});

const packageOf = (
  price: string,
  currency: Currency,
  explicit: Partial<Record<Currency, string>> = {},
): PricedPackage => ({
  basePrice: { amount: parseMoney(price, currency)!.amountMinor.toString(), currency },
  explicitPrices: Object.fromEntries(
    Object.entries(explicit).map(([key, text]) => [
      key,
      { amount: parseMoney(text, key as Currency)!.amountMinor.toString(), origin: 'manual' },
    ]),
  ),
});

/** The price as text, or null. */
function priceOf(
  pkg: PricedPackage,
  currency: Currency,
  { rates = {}, ...terms }: Partial<PartnerTerms> & { rates?: Partial<Record<Currency, string>> } = {},
): string | null {
  const result = quote({ pkg, rates: ratesOf(rates), partner: partnerOf(terms), currency });
  return result && formatMinor(result.price.amountMinor, currency);
}

describe('a price', () => {
  it('is the base price where nothing changes it', () => {
    expect(priceOf(packageOf('34.00', 'AZN'), 'AZN')).toBe('34.00');
    expect(priceOf(packageOf('0.01', 'AZN'), 'AZN')).toBe('0.01');
  });

  it('is the explicit price in that currency, with the markup', () => {
    const pkg = packageOf('34.00', 'AZN', { USD: '20.00' });
    expect(priceOf(pkg, 'USD', { rates: { USD: '1.7' }, markupPercent: '2.5' })).toBe('20.50');
  });

  it('is not touched by the rate markup when it is explicit, nor in the base currency', () => {
    const pkg = packageOf('34.00', 'AZN', { USD: '20.00' });
    const rateMarkupPercent = { USD: '5', AZN: '5' };
    expect(priceOf(pkg, 'USD', { rates: { USD: '1.7' }, rateMarkupPercent })).toBe('20.00');
    expect(priceOf(pkg, 'AZN', { rateMarkupPercent })).toBe('34.00');
  });

  it('is the base price by the rate with the rate markup of the asked currency', () => {
    const terms = { rates: { USD: '1.7000' }, rateMarkupPercent: { USD: '1', EUR: '50' } };
    expect(priceOf(packageOf('34.00', 'AZN'), 'USD', terms)).toBe('20.20');
  });

  it('goes from one foreign currency to another through AZN', () => {
    expect(priceOf(packageOf('10.00', 'USD'), 'EUR', { rates: { USD: '1.7', EUR: '1.85' } })).toBe('9.19');
  });

  it('is rounded once: a rate that rounds up and a markup that rounds up do not add a unit each', () => {
    // 1.00 / 3 = 0.3333…, × 1.5 = 0.50 exactly; rounding in between would give 0.33 × 1.5 = 0.495 → 0.50 or 0.49.
    expect(priceOf(packageOf('1.00', 'AZN'), 'USD', { rates: { USD: '3' }, markupPercent: '50' })).toBe(
      '0.50',
    );
    // 0.05 / 2 × 1.2 = 0.03; rounded first it would be 0.02 × 1.2 = 0.024 → 0.02.
    expect(priceOf(packageOf('0.05', 'AZN'), 'USD', { rates: { USD: '2' }, markupPercent: '20' })).toBe(
      '0.03',
    );
  });

  it('takes ties to the even unit', () => {
    expect(priceOf(packageOf('0.05', 'AZN'), 'USD', { rates: { USD: '2' } })).toBe('0.02');
    expect(priceOf(packageOf('0.07', 'AZN'), 'USD', { rates: { USD: '2' } })).toBe('0.04');
  });

  it('falls with a negative markup', () => {
    expect(priceOf(packageOf('10.00', 'AZN'), 'AZN', { markupPercent: '-2.5' })).toBe('9.75');
  });

  it('knows that currencies have different minor units', () => {
    const rates = { USDT: '1.7', BTC: '170000', ETH: '5000', UZS: '0.00014' };
    expect(priceOf(packageOf('17.00', 'AZN'), 'USDT', { rates })).toBe('10.000000');
    expect(priceOf(packageOf('17.00', 'AZN'), 'BTC', { rates })).toBe('0.00010000');
    expect(priceOf(packageOf('17.00', 'AZN'), 'ETH', { rates })).toBe('0.003400000000000000');
    expect(priceOf(packageOf('0.00010000', 'BTC'), 'AZN', { rates })).toBe('17.00');
    expect(priceOf(packageOf('14.00', 'AZN'), 'UZS', { rates })).toBe('100000.00');
  });

  it('is missing when a rate of the way is missing', () => {
    expect(priceOf(packageOf('10.00', 'AZN'), 'USD')).toBeNull();
    expect(priceOf(packageOf('10.00', 'USD'), 'AZN')).toBeNull();
    expect(priceOf(packageOf('10.00', 'USD'), 'EUR', { rates: { EUR: '1.85' } })).toBeNull();
  });

  it('is missing when it comes to nothing or less', () => {
    expect(priceOf(packageOf('0.01', 'AZN'), 'AZN', { markupPercent: '-60' })).toBeNull();
    expect(priceOf(packageOf('10.00', 'AZN'), 'AZN', { markupPercent: '-100' })).toBeNull();
    const both = { rates: { USD: '1.7' }, rateMarkupPercent: { USD: '-150' }, markupPercent: '-150' };
    expect(priceOf(packageOf('10.00', 'AZN'), 'USD', both)).toBeNull();
  });

  it('needs no rate when it is explicit; only the amount in AZN is then missing', () => {
    const pkg = packageOf('34.00', 'AZN', { USD: '20.00' });
    const result = quote({ pkg, rates: ratesOf({}), partner: partnerOf(), currency: 'USD' });
    expect(result).toMatchObject({ price: { amountMinor: 2000n, currency: 'USD' }, amountAzn: null });
  });
});

describe('a quote', () => {
  const result = quote({
    pkg: packageOf('34.00', 'AZN'),
    rates: ratesOf({ USD: '1.7000' }),
    partner: partnerOf({ rateMarkupPercent: { USD: '1' }, markupPercent: '-2.5', commissionPercent: '3' }),
    currency: 'USD',
  })!;
  const usd = { currency: 'USD', azn: '1.7000', source: 'manual', effectiveDate: null, revision: 3 };

  it('carries the list price, the amount in AZN and the commission of the rounded price', () => {
    // 34 / 1.7 × 1.01 × 0.975 = 19.695 → 19.70; × 1.7 = 33.49; × 3 % = 0.591.
    expect(result.listPrice).toEqual({ amount: '3400', currency: 'AZN' });
    expect(result.price).toEqual({ amountMinor: 1970n, currency: 'USD' });
    expect(result.amountAzn).toEqual({ amount: '3349', currency: 'AZN' });
    expect(result.commission).toEqual({ amountMinor: 59n, currency: 'USD' });
  });

  it('records each rule that was applied, as plain JSON', () => {
    expect(JSON.parse(JSON.stringify(result.rules))).toEqual([
      { kind: 'list-price', origin: 'base' },
      { kind: 'conversion', from: null, to: usd },
      { kind: 'rate-markup', percent: '1', currency: 'USD' },
      { kind: 'markup', percent: '-2.5' },
      { kind: 'rounding', mode: 'half-even', digits: 2 },
      { kind: 'azn-amount', rate: usd, rounding: 'half-even' },
      { kind: 'commission', percent: '3', rounding: 'half-even' },
    ]);
  });

  it('is in AZN already where the price is', () => {
    const azn = quote({
      pkg: packageOf('34.00', 'AZN'),
      rates: ratesOf({}),
      partner: partnerOf(),
      currency: 'AZN',
    });
    expect(azn?.amountAzn).toEqual({ amount: '3400', currency: 'AZN' });
    expect(azn?.rules.map((rule) => rule.kind)).toEqual(['list-price', 'rounding']);
    expect(azn?.commission.amountMinor).toBe(0n);
  });

  it.each(['manual', 'converted'] as const)('says that its list price is a %s one', (origin) => {
    const pkg = { ...packageOf('34.00', 'AZN'), explicitPrices: { USD: { amount: '2000', origin } } };
    const usd = quote({ pkg, rates: ratesOf({}), partner: partnerOf(), currency: 'USD' });
    expect(usd?.rules[0]).toEqual({ kind: 'list-price', origin });
  });
});

describe('quotes', () => {
  const decimal = (max: number, digits: number) =>
    fc.integer({ min: 1, max }).map((units) => formatDecimal(units, digits));
  const rates = fc.record({
    USD: decimal(99_999, 4),
    EUR: decimal(99_999, 4),
    TRY: decimal(9_999, 4),
    RUB: decimal(9_999, 4),
  });
  const terms = fc.record({
    rateMarkupPercent: fc.record({ USD: decimal(2_000, 2), EUR: decimal(2_000, 2) }),
    markupPercent: fc.integer({ min: -9_999, max: 20_000 }).map((units) => formatDecimal(units, 2)),
    commissionPercent: decimal(10_000, 2),
  });
  const request = fc.record({
    amount: fc.bigInt({ min: 1n, max: 10n ** 15n }),
    base: fc.constantFrom(...SALE_CURRENCIES),
    currency: fc.constantFrom(...SALE_CURRENCIES),
    rates,
    terms,
  });
  const run = ({ amount, base, currency, rates: table, terms: partner }: InputOf<typeof request>) =>
    quote({
      pkg: { basePrice: { amount: amount.toString(), currency: base }, explicitPrices: {} },
      rates: ratesOf(table),
      partner,
      currency,
    });

  it('are the exact product, rounded half to even', () => {
    fc.assert(
      fc.property(request, (input) => {
        const { amount, base, currency } = input;
        // Everything in ten-thousandths, so that the exact fraction needs nothing but integers.
        const rateOf = (code: Currency) =>
          code === 'AZN' ? 10_000n : tenThousandths(input.rates[code as 'USD']);
        const markups = [input.terms.markupPercent];
        if (base !== currency) markups.push(input.terms.rateMarkupPercent[currency as 'USD'] ?? '0');
        const numerator = markups.reduce(
          (product, percent) => product * (1_000_000n + tenThousandths(percent)),
          amount * rateOf(base),
        );
        const denominator = markups.reduce((product) => product * 1_000_000n, rateOf(currency));
        const expected = divideHalfEven(numerator, denominator);
        expect(run(input)?.price.amountMinor ?? 0n).toBe(expected);
      }),
    );
  });

  it('never fall when the list price rises', () => {
    fc.assert(
      fc.property(request, fc.bigInt({ min: 0n, max: 10n ** 6n }), (input, more) => {
        const lower = run(input)?.price.amountMinor ?? 0n;
        const higher = run({ ...input, amount: input.amount + more })?.price.amountMinor ?? 0n;
        expect(higher >= lower).toBe(true);
      }),
    );
  });

  it('are above 0, and so is no commission above the price', () => {
    fc.assert(
      fc.property(request, (input) => {
        const result = run(input);
        if (!result) return;
        expect(result.price.amountMinor > 0n).toBe(true);
        expect(result.commission.amountMinor <= result.price.amountMinor).toBe(true);
        expect(result.commission.currency).toBe(input.currency);
      }),
    );
  });

  it('of the same states are the same, remembered or not, in whatever order they are asked for', () => {
    const asked = fc.record({
      base: fc.constantFrom(...SALE_CURRENCIES),
      currency: fc.constantFrom(...SALE_CURRENCIES),
      explicit: fc.constantFrom({}, { USD: '5.00' }, { AZN: '7.00', EUR: '4.00' }),
    });
    fc.assert(
      fc.property(rates, terms, fc.array(asked, { minLength: 2 }), (table, partner, requests) => {
        const states = { rates: ratesOf(table), partner };
        for (const { base, currency, explicit } of requests) {
          const pkg = packageOf('12.34', base, explicit);
          const fresh = quote({ pkg, currency, ...structuredClone(states) });
          expect(quote({ pkg, currency, ...states })).toEqual(fresh);
        }
      }),
    );
  });

  it('know every currency of the registry', () => {
    for (const currency of Object.keys(CURRENCY_EXPONENTS) as Currency[]) {
      const pkg = packageOf('100.00', 'AZN');
      const result = quote({ pkg, rates: ratesOf({ [currency]: '2' }), partner: partnerOf(), currency });
      const expected = currency === 'AZN' ? '100.00' : '50.00';
      expect(formatMinor(result!.price.amountMinor, currency)).toBe(
        formatMinor(parseMoney(expected, currency)!.amountMinor, currency),
      );
    }
  });
});

function formatDecimal(units: number, digits: number): string {
  const text = Math.abs(units)
    .toString()
    .padStart(digits + 1, '0');
  return `${units < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

const tenThousandths = (text: string): bigint => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction.padEnd(4, '0'));
  return text.startsWith('-') ? -units : units;
};

type InputOf<A> = A extends fc.Arbitrary<infer T> ? T : never;
