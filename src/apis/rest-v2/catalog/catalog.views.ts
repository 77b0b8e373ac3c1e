import { Injectable } from '@nestjs/common';
import type { CategoryDocument } from '../../../../projections/catalog/categories.projection.js';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import { LIST_TERMS, type PartnerTerms, quote, type RatesState } from '../../../contexts/pricing/index.js';
import { type Currency, SALE_CURRENCIES, storeMoney } from '../../../platform/kernel/money.js';
import { numberOf } from '../amounts.js';
import { CatalogReader, type StockCounts } from './catalog.reader.js';
import { fromStatus } from './status.js';

/** At whose terms prices are shown, and in which currencies. */
export interface PriceTerms {
  readonly rates: RatesState;
  readonly partner: PartnerTerms;
  readonly currencies: readonly Currency[];
}

/** Prices as they are in the catalogue: nobody's own terms applied. */
export const listTerms = (rates: RatesState): PriceTerms => ({
  rates,
  partner: LIST_TERMS,
  currencies: SALE_CURRENCIES,
});

/** The price in every currency; null where there is no rate. */
export const pricesOf = (
  pkg: PackageDocument,
  { rates, partner, currencies }: PriceTerms,
): Record<string, number | null> =>
  Object.fromEntries(
    currencies.map((currency) => {
      const quoted = quote({ pkg, rates, partner, currency });
      return [currency, quoted && numberOf(storeMoney(quoted.price))];
    }),
  );

const namesOf = ({ names }: { readonly names: ProductDocument['names'] }) => ({
  name_en: names.en,
  name_ru: names.ru,
  name_az: names.az,
});
const timesOf = ({ createdAt, updatedAt }: { readonly createdAt: string; readonly updatedAt: string }) => ({
  created_at: createdAt,
  updated_at: updatedAt,
});

/**
 * The status that follows the stock at once: the event that marks the edge is written a moment later. A package is as it was made
 * until its first keys come in, as an admin says while that is "off", and keys alone end no hold.
 */
function statusOf({ status, inactiveBecause, fulfilment, hold }: PackageDocument, stock: StockCounts): 0 | 1 {
  const hadKeys = Object.values(stock).some((count) => count > 0);
  if (fulfilment !== 'stock' || inactiveBecause === 'admin' || !hadKeys) return fromStatus(status);
  if (stock.available + stock.reserved === 0) return 0;
  return hold ? fromStatus(status) : 1;
}

/** How the catalogue looks outside. Names of what a document refers to are joined here. */
@Injectable()
export class CatalogViews {
  constructor(private readonly reader: CatalogReader) {}

  async supplier(document: SupplierDocument) {
    return {
      id: document.id,
      name: document.name,
      country: document.country,
      contact_email: document.contactEmail,
      status: fromStatus(document.status),
      product_count: await this.reader.productCount(String(document._id)),
      ...timesOf(document),
    };
  }

  async category(document: CategoryDocument) {
    const { parentId, position } = document;
    const parent = parentId && (await this.reader.named<CategoryDocument>('categories', parentId));
    return {
      id: document.id,
      ...namesOf(document),
      parent_id: parent ? parent.id : null,
      position,
      ...timesOf(document),
    };
  }

  async product(document: ProductDocument) {
    const { supplierId } = document;
    const supplier = await this.reader.named<SupplierDocument>('suppliers', supplierId);
    const vendorId = supplier?.id ?? null;
    return {
      ...(await this.productForPartner(document)),
      vendor_id: vendorId,
      supplier_id: vendorId,
      vendor: supplier && { id: supplier.id, name: supplier.name },
      key_format: document.keyFormat,
    };
  }

  /** Without what concerns the suppliers. */
  async productForPartner(document: ProductDocument) {
    const { instructions, categoryId } = document;
    const category = categoryId && (await this.reader.named<CategoryDocument>('categories', categoryId));
    return {
      id: document.id,
      ...namesOf(document),
      subcategory_id: category ? category.id : null,
      subcategory: category ? { id: category.id, name_en: category.names.en } : null,
      status: fromStatus(document.status),
      position: document.position,
      image_url: document.imageUrl,
      thumbnail_url: document.thumbnailUrl,
      instructions_en: instructions.en,
      instructions_ru: instructions.ru,
      instructions_az: instructions.az,
      ...timesOf(document),
    };
  }

  async package(document: PackageDocument, terms: PriceTerms) {
    const { supplierId, basePrice, cost, explicitPrices } = document;
    const supplier = await this.reader.named<SupplierDocument>('suppliers', supplierId);
    const stock = await this.reader.stock(String(document._id));
    const vendorId = supplier?.id ?? null;
    const explicit = Object.entries(explicitPrices).map(([code, { amount, origin }]) => {
      const currency = code as Currency;
      return [currency, { price: numberOf({ amount, currency }), origin }];
    });
    return {
      ...(await this.describePackage(document, stock)),
      supplier_id: vendorId,
      vendor_id: vendorId,
      price: numberOf(basePrice),
      currency: basePrice.currency,
      prices: pricesOf(document, terms),
      explicit_prices: Object.fromEntries(explicit),
      cost: cost && numberOf(cost),
      cost_currency: cost ? cost.currency : null,
      hold: document.hold,
      release_policy: document.releasePolicy,
      low_stock_threshold: document.lowStockThreshold ?? null,
      available_keys: stock.available,
      reserved_keys: stock.reserved,
      sold_keys: stock.sold,
      retired_keys: stock.retired,
      quarantined_keys: stock.quarantined,
      expired_keys: stock.expired,
    };
  }

  /** At the partner's own prices, the first currency's first, without costs, suppliers and the shop's stock but what is for sale. */
  async packageForPartner(document: PackageDocument, terms: PriceTerms) {
    const currency = terms.currencies[0] ?? document.basePrice.currency;
    const prices = pricesOf(document, terms);
    const stock = await this.reader.stock(String(document._id));
    return {
      ...(await this.describePackage(document, stock)),
      price: prices[currency] ?? null,
      currency,
      prices,
      available_keys: stock.available,
    };
  }

  private async describePackage(document: PackageDocument, stock: StockCounts) {
    const product = await this.reader.named<ProductDocument>('products', document.productId);
    return {
      id: document.id,
      ...namesOf(document),
      product_id: product?.id ?? null,
      product: product && { id: product.id, name_en: product.names.en },
      status: statusOf(document, stock),
      fulfilment: document.fulfilment,
      position: document.position,
      ...timesOf(document),
    };
  }
}
