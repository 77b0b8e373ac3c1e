/** Decimal digits of each currency's minor unit. */
export const CURRENCY_EXPONENTS = {
  AZN: 2,
  USD: 2,
  EUR: 2,
  TRY: 2,
  RUB: 2,
  UZS: 2,
  USDT: 6,
  BTC: 8,
  ETH: 18,
} as const;

export type Currency = keyof typeof CURRENCY_EXPONENTS;

/** The currencies that the terminals and REST v2 sell in. */
export const SALE_CURRENCIES = ['AZN', 'USD', 'EUR', 'TRY', 'RUB'] as const satisfies readonly Currency[];

export const isCurrency = (value: unknown): value is Currency =>
  typeof value === 'string' && Object.hasOwn(CURRENCY_EXPONENTS, value);

/** An amount in minor units (qəpik, cents, …) of a currency. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/** The stored form of {@link Money}: minor units as a decimal string. */
export interface StoredMoney {
  readonly amount: string;
  readonly currency: Currency;
}

export const storeMoney = (money: Money): StoredMoney => ({
  amount: money.amountMinor.toString(),
  currency: money.currency,
});

export const loadMoney = (stored: StoredMoney): Money => ({
  amountMinor: BigInt(stored.amount),
  currency: stored.currency,
});

/** An exact ratio, for rates and percentages. `denominator` is positive. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,18}))?$/;

/** Parses a plain decimal such as `"1.7000"` exactly; null if it is not one. */
export function parseRatio(text: string): Ratio | null {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const [, sign, whole, fraction = ''] = match;
  const numerator = BigInt(`${whole}${fraction}`);
  return { numerator: sign === '-' ? -numerator : numerator, denominator: 10n ** BigInt(fraction.length) };
}

export const multiplyRatios = (a: Ratio, b: Ratio): Ratio => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

/** `numerator / denominator` rounded half to even: the one rounding rule. `denominator` must be positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('the denominator must be positive');
  const floor = numerator >= 0n ? numerator / denominator : -((-numerator + denominator - 1n) / denominator);
  const twice = (numerator - floor * denominator) * 2n;
  if (twice > denominator || (twice === denominator && floor % 2n !== 0n)) return floor + 1n;
  return floor;
}

/** Parses `"25.50"` into minor units; null if it is not a decimal or has more digits than the currency. */
export function parseMoney(text: string, currency: Currency): Money | null {
  const ratio = parseRatio(text);
  if (!ratio) return null;
  const scaled = ratio.numerator * 10n ** BigInt(CURRENCY_EXPONENTS[currency]);
  if (scaled % ratio.denominator !== 0n) return null;
  return { amountMinor: scaled / ratio.denominator, currency };
}

/** `25.50`: all digits of the currency's minor unit, a leading `-` for negative amounts. */
export function formatMinor(amountMinor: bigint, currency: Currency): string {
  const digits = CURRENCY_EXPONENTS[currency];
  const sign = amountMinor < 0n ? '-' : '';
  const text = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(digits + 1, '0');
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
