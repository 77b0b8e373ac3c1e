import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { CategoryDocument } from '../../../../projections/catalog/categories.projection.js';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import { GetRates, type PartnerTerms, quote } from '../../../contexts/pricing/index.js';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { SALE_CURRENCIES, storeMoney } from '../../../platform/kernel/money.js';
import { numberOf } from '../amounts.js';
import { CatalogReader } from './catalog.reader.js';

const statusOf = (status: 'active' | 'inactive'): 0 | 1 => (status === 'active' ? 1 : 0);

/** Prices as they are in the catalogue: nobody's own terms applied. */
const LIST_TERMS: PartnerTerms = { rateMarkupPercent: {}, markupPercent: '0', commissionPercent: '0' };

/** How the catalogue looks outside. Names of what a document refers to are joined here. */
@Injectable()
export class CatalogViews {
  constructor(
    private readonly reader: CatalogReader,
    private readonly queries: QueryBus,
  ) {}

  async supplier(document: SupplierDocument) {
    return {
      id: document.id,
      name: document.name,
      country: document.country,
      contact_email: document.contactEmail,
      status: statusOf(document.status),
      product_count: await this.reader.productCount(String(document._id)),
      created_at: document.createdAt,
      updated_at: document.updatedAt,
    };
  }

  async category({ id, names, parentId, position, createdAt, updatedAt }: CategoryDocument) {
    const parent = parentId && (await this.reader.named<CategoryDocument>('categories', parentId));
    return {
      id,
      name_en: names.en,
      name_ru: names.ru,
      name_az: names.az,
      parent_id: parent ? parent.id : null,
      position,
      created_at: createdAt,
      updated_at: updatedAt,
    };
  }

  async product(document: ProductDocument) {
    const { names, instructions, supplierId, categoryId } = document;
    const supplier = await this.reader.named<SupplierDocument>('suppliers', supplierId);
    const category = categoryId && (await this.reader.named<CategoryDocument>('categories', categoryId));
    const vendorId = supplier?.id ?? null;
    return {
      id: document.id,
      name_en: names.en,
      name_ru: names.ru,
      name_az: names.az,
      vendor_id: vendorId,
      supplier_id: vendorId,
      vendor: supplier && { id: supplier.id, name: supplier.name },
      subcategory_id: category ? category.id : null,
      subcategory: category ? { id: category.id, name_en: category.names.en } : null,
      status: statusOf(document.status),
      position: document.position,
      image_url: document.imageUrl,
      thumbnail_url: document.thumbnailUrl,
      instructions_en: instructions.en,
      instructions_ru: instructions.ru,
      instructions_az: instructions.az,
      key_format: document.keyFormat,
      created_at: document.createdAt,
      updated_at: document.updatedAt,
    };
  }

  async package(document: PackageDocument) {
    const { names, productId, supplierId, basePrice, cost } = document;
    const product = await this.reader.named<ProductDocument>('products', productId);
    const supplier = await this.reader.named<SupplierDocument>('suppliers', supplierId);
    const stock = await this.reader.stock(String(document._id));
    const vendorId = supplier?.id ?? null;
    return {
      id: document.id,
      name_en: names.en,
      name_ru: names.ru,
      name_az: names.az,
      product_id: product?.id ?? null,
      product: product && { id: product.id, name_en: product.names.en },
      supplier_id: vendorId,
      vendor_id: vendorId,
      price: numberOf(basePrice),
      currency: basePrice.currency,
      cost: cost && numberOf(cost),
      cost_currency: cost ? cost.currency : null,
      status: statusOf(document.status),
      hold: document.hold,
      fulfilment: document.fulfilment,
      release_policy: document.releasePolicy,
      position: document.position,
      available_keys: stock.available,
      reserved_keys: stock.reserved,
      sold_keys: stock.sold,
      created_at: document.createdAt,
      updated_at: document.updatedAt,
    };
  }

  /** The list price in every sale currency; null where there is no rate. */
  async prices(document: PackageDocument, context: CommandContext) {
    const rates = await this.queries.execute(new GetRates(context));
    return Object.fromEntries(
      SALE_CURRENCIES.map((currency) => {
        const quoted = quote({ pkg: document, rates, partner: LIST_TERMS, currency });
        return [currency, quoted && numberOf(storeMoney(quoted.price))];
      }),
    );
  }
}
