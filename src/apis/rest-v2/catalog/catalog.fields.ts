import { BadRequestException } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type {
  CategoryChanges,
  NewCategory,
  NewProduct,
  NewSupplier,
  PackageChanges,
  PackageToCreate,
  ProductChanges,
} from '../../../contexts/catalog/index.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { amountOf } from '../amounts.js';
import type {
  CreatePackageBody,
  CreateProductBody,
  CreateSupplierBody,
  ExplicitPricesBody,
  NamedBody,
  PackageFieldsBody,
  ProductFieldsBody,
  UpdateCategoryBody,
  UpdatePackageBody,
  UpdateProductBody,
  UpdateSupplierBody,
} from './catalog.dto.js';
import type { CatalogReader } from './catalog.reader.js';
import { toStatus } from './status.js';

// Bodies in the words of the catalogue. A field that is undefined is not given.

const namesOf = ({ name_en: en, name_ru: ru, name_az: az }: NamedBody) => ({
  ...(en === undefined ? {} : { en }),
  ...(ru === undefined ? {} : { ru }),
  ...(az === undefined ? {} : { az }),
});

export const supplierChanges = (body: UpdateSupplierBody) => ({
  name: body.name,
  country: body.country,
  contactEmail: body.contact_email,
  status: toStatus(body.status),
});

export const newSupplier = (body: CreateSupplierBody): NewSupplier => ({
  ...supplierChanges(body),
  name: body.name,
});

export const newCategory = (body: NamedBody, parentId: string | null): NewCategory => ({
  names: { ...namesOf(body), en: body.name_en ?? '' },
  position: body.position,
  parentId,
});

/** @throws 400 when both names of the parent are given and differ, 404 when it is not there. */
export async function categoryChanges(
  reader: CatalogReader,
  body: UpdateCategoryBody,
): Promise<CategoryChanges> {
  const { parent_id: parent, category_id: category, position } = body;
  if (parent !== undefined && category !== undefined && parent !== category)
    throw new BadRequestException('category_id: must be the same as parent_id');
  const [publicId, field] = parent === undefined ? [category, 'category_id'] : [parent, 'parent_id'];
  const parentId = typeof publicId === 'number' ? await reader.idOf('categories', publicId, field) : publicId;
  return { names: namesOf(body), position, ...(parentId === undefined ? {} : { parentId }) };
}

async function productFields(reader: CatalogReader, body: ProductFieldsBody) {
  const { subcategory_id: category } = body;
  return {
    supplierId: await reader.supplierOf(body),
    categoryId:
      typeof category === 'number' ? await reader.idOf('categories', category, 'subcategory_id') : category,
    status: toStatus(body.status),
    position: body.position,
    imageUrl: body.image_url,
    thumbnailUrl: body.thumbnail_url,
    instructions: {
      ...(body.instructions_en === undefined ? {} : { en: body.instructions_en }),
      ...(body.instructions_ru === undefined ? {} : { ru: body.instructions_ru }),
      ...(body.instructions_az === undefined ? {} : { az: body.instructions_az }),
    },
    keyFormat: body.key_format,
  };
}

export async function newProduct(reader: CatalogReader, body: CreateProductBody): Promise<NewProduct> {
  const { supplierId, ...fields } = await productFields(reader, body);
  if (supplierId === undefined) throw new BadRequestException('vendor_id must be a number');
  return { ...fields, supplierId, names: { ...namesOf(body), en: body.name_en } };
}

export const productChanges = async (
  reader: CatalogReader,
  body: UpdateProductBody,
): Promise<ProductChanges> => ({ ...(await productFields(reader, body)), names: namesOf(body) });

async function packageFields(reader: CatalogReader, body: PackageFieldsBody, costCurrency: Currency) {
  const { cost } = body;
  return {
    supplierId: await reader.supplierOf(body),
    cost: typeof cost === 'number' || typeof cost === 'string' ? amountOf(cost, costCurrency, 'cost') : cost,
    status: toStatus(body.status),
    hold: body.hold,
    fulfilment: body.fulfilment,
    releasePolicy: body.release_policy,
    lowStockThreshold: body.low_stock_threshold,
    explicitPrices: body.explicit_prices && explicitPrices(body.explicit_prices),
    position: body.position,
  };
}

export async function newPackage(reader: CatalogReader, body: CreatePackageBody): Promise<PackageToCreate> {
  const { currency = 'AZN', cost_currency: costCurrency = currency } = body;
  const { cost = null, ...fields } = await packageFields(reader, body, costCurrency);
  return {
    ...fields,
    cost,
    names: { ...namesOf(body), en: body.name_en },
    productId: await reader.idOf('products', body.product_id, 'product_id'),
    basePrice: amountOf(body.price, currency, 'price'),
  };
}

/**
 * @param now the package as it is: an amount without a currency is in the present one
 * @throws 400 when a currency is given without its amount: nothing is converted unasked.
 */
export async function packageChanges(
  reader: CatalogReader,
  body: UpdatePackageBody,
  now: Pick<PackageDocument, 'basePrice' | 'cost'>,
): Promise<PackageChanges> {
  const { price, currency = now.basePrice.currency, product_id: product } = body;
  const { cost_currency: costCurrency = now.cost?.currency ?? currency } = body;
  if (body.currency !== undefined && price === undefined)
    throw new BadRequestException('price: must be given with currency');
  if (body.cost_currency !== undefined && (body.cost === undefined || body.cost === null))
    throw new BadRequestException('cost: must be given with cost_currency');
  return {
    ...(await packageFields(reader, body, costCurrency)),
    names: namesOf(body),
    ...(product === undefined ? {} : { productId: await reader.idOf('products', product, 'product_id') }),
    ...(price === undefined ? {} : { basePrice: amountOf(price, currency, 'price') }),
  };
}

/** Minor units by currency; null takes a price away. */
export const explicitPrices = (body: ExplicitPricesBody): Partial<Record<Currency, string | null>> =>
  Object.fromEntries(
    (Object.entries(body) as [Currency, number | string | null | undefined][])
      .filter(([, value]) => value !== undefined)
      .map(([currency, value]) => [
        currency,
        value === null || value === undefined ? null : amountOf(value, currency, currency).amount,
      ]),
  );
