import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { PricesConverted } from '../../../contexts/catalog/index.js';
import { LIST_TERMS, quote, type RatesState } from '../../../contexts/pricing/index.js';
import {
  type Currency,
  divideHalfEven,
  SALE_CURRENCIES,
  storeMoney,
} from '../../../platform/kernel/money.js';
import { numberOf } from '../amounts.js';
import { CatalogReader } from './catalog.reader.js';

/** What packages earn, in each currency. */
@Injectable()
export class SupplierPriceViews {
  constructor(private readonly reader: CatalogReader) {}

  async prices(document: PackageDocument, rates: RatesState) {
    const { basePrice, cost, productId } = document;
    const product = await this.reader.named<ProductDocument>('products', productId);
    return {
      package_id: document.id,
      package: document.names.en,
      product_id: product?.id ?? null,
      price: numberOf(basePrice),
      currency: basePrice.currency,
      cost: cost && numberOf(cost),
      cost_currency: cost ? cost.currency : null,
      prices: Object.fromEntries(
        SALE_CURRENCIES.map((currency) => [currency, marginIn(document, rates, currency)]),
      ),
    };
  }

  converted({ packages, changed, keptManual, withoutRate, rates }: PricesConverted) {
    return {
      packages,
      changed,
      kept_manual: keptManual,
      without_rate: withoutRate,
      rates: Object.fromEntries(rates.map(({ currency, azn }) => [currency, azn])),
    };
  }
}

/** Price, cost and what is between them; null for what has no rate or is not known. */
function marginIn(
  { basePrice, explicitPrices, cost }: PackageDocument,
  rates: RatesState,
  currency: Currency,
) {
  const at = (pkg: Parameters<typeof quote>[0]['pkg']): bigint | null =>
    quote({ pkg, rates, partner: LIST_TERMS, currency })?.price.amountMinor ?? null;
  const price = at({ basePrice, explicitPrices });
  const unitCost = cost && costIn(cost, rates, currency);
  const margin = price !== null && unitCost !== null ? price - unitCost : null;
  const number = (amountMinor: bigint | null) =>
    amountMinor === null ? null : numberOf(storeMoney({ amountMinor, currency }));
  return {
    price: number(price),
    origin: explicitPrices[currency]?.origin ?? (basePrice.currency === currency ? 'base' : 'rate'),
    cost: number(unitCost),
    margin: number(margin),
    margin_percent: price && margin !== null ? percentOf(margin, price) : null,
  };
}

/** A cost of nothing is nothing everywhere; any other is converted as a price is. */
function costIn(cost: PackageDocument['basePrice'], rates: RatesState, currency: Currency): bigint | null {
  if (cost.amount === '0') return 0n;
  const pkg = { basePrice: cost, explicitPrices: {} };
  return quote({ pkg, rates, partner: LIST_TERMS, currency })?.price.amountMinor ?? null;
}

/** Share of the price, with two decimals. */
function percentOf(part: bigint, whole: bigint): string {
  const hundredths = divideHalfEven(part * 10_000n, whole);
  const digits = (hundredths < 0n ? -hundredths : hundredths).toString().padStart(3, '0');
  return `${hundredths < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
