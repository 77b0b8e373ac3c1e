import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { MAX_LOW_STOCK_THRESHOLD, MAX_POSITION } from '../../../contexts/catalog/index.js';
import { SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { IsDecimalValue, IsPublicId, IsText, MayBeAbsent, QueryNumber } from '../body.js';
import { ListQuery, PageQuery, StatusListQuery } from '../listing.js';

type SaleCurrency = (typeof SALE_CURRENCIES)[number];

class SupplierFieldsBody {
  @IsOptional()
  @IsText()
  country?: string | null;

  @IsOptional()
  @IsText()
  contact_email?: string | null;

  @MayBeAbsent()
  @IsIn([0, 1])
  status?: 0 | 1;
}

export class CreateSupplierBody extends SupplierFieldsBody {
  @IsText()
  name!: string;
}

/** What is not given stays as it is. */
export class UpdateSupplierBody extends SupplierFieldsBody {
  @MayBeAbsent()
  @IsText()
  name?: string;
}

/** The fields that everything with names has, beside the English one. */
class PlacedBody {
  @IsOptional()
  @IsText()
  name_ru?: string | null;

  @IsOptional()
  @IsText()
  name_az?: string | null;

  @IsOptional()
  @IsInt()
  @Min(-MAX_POSITION)
  @Max(MAX_POSITION)
  position?: number | null;
}

export interface NamedBody extends PlacedBody {
  readonly name_en?: string;
}

export class CreateCategoryBody extends PlacedBody {
  @IsText()
  name_en!: string;

  /** The category above it; absent or null: none. */
  @IsOptional()
  @IsPublicId()
  parent_id?: number | null;
}

export class CreateSubcategoryBody extends PlacedBody {
  @IsText()
  name_en!: string;

  @IsPublicId()
  category_id!: number;
}

/** Another parent moves it with all that hangs on it, null to the top. */
export class UpdateCategoryBody extends PlacedBody {
  @MayBeAbsent()
  @IsText()
  name_en?: string;

  /** `category_id` is the same. */
  @IsOptional()
  @IsPublicId()
  parent_id?: number | null;

  @IsOptional()
  @IsPublicId()
  category_id?: number | null;
}

export class ProductFieldsBody extends PlacedBody {
  /** `supplier_id` is the same. */
  @MayBeAbsent()
  @IsPublicId()
  vendor_id?: number;

  @MayBeAbsent()
  @IsPublicId()
  supplier_id?: number;

  @IsOptional()
  @IsPublicId()
  subcategory_id?: number | null;

  @MayBeAbsent()
  @IsIn([0, 1])
  status?: 0 | 1;

  @IsOptional()
  @IsText()
  image_url?: string | null;

  @IsOptional()
  @IsText()
  thumbnail_url?: string | null;

  @IsOptional()
  @IsText()
  instructions_en?: string | null;

  @IsOptional()
  @IsText()
  instructions_ru?: string | null;

  @IsOptional()
  @IsText()
  instructions_az?: string | null;

  @MayBeAbsent()
  @IsIn(['normalized', 'exact'])
  key_format?: 'normalized' | 'exact';
}

/** One of `vendor_id` and `supplier_id` must be there. */
export class CreateProductBody extends ProductFieldsBody {
  @IsText()
  name_en!: string;
}

export class UpdateProductBody extends ProductFieldsBody {
  @MayBeAbsent()
  @IsText()
  name_en?: string;
}

/** Prices by currency; null takes one away. */
export class ExplicitPricesBody implements Partial<Record<SaleCurrency, number | string | null>> {
  @IsOptional()
  @IsDecimalValue()
  AZN?: number | string | null;

  @IsOptional()
  @IsDecimalValue()
  USD?: number | string | null;

  @IsOptional()
  @IsDecimalValue()
  EUR?: number | string | null;

  @IsOptional()
  @IsDecimalValue()
  TRY?: number | string | null;

  @IsOptional()
  @IsDecimalValue()
  RUB?: number | string | null;
}

export class PackageFieldsBody extends PlacedBody {
  /** `vendor_id` is the same; a new package without either has its product's. */
  @MayBeAbsent()
  @IsPublicId()
  supplier_id?: number;

  @MayBeAbsent()
  @IsPublicId()
  vendor_id?: number;

  /** Without it a new price is in the currency of the present one, a new package's in AZN. */
  @MayBeAbsent()
  @IsIn(SALE_CURRENCIES)
  currency?: SaleCurrency;

  @IsOptional()
  @IsDecimalValue()
  cost?: number | string | null;

  /** Without it a new cost is in the currency of the present one, else in that of the price. */
  @MayBeAbsent()
  @IsIn(SALE_CURRENCIES)
  cost_currency?: SaleCurrency;

  @MayBeAbsent()
  @IsIn([0, 1])
  status?: 0 | 1;

  @MayBeAbsent()
  @IsBoolean()
  hold?: boolean;

  @MayBeAbsent()
  @IsIn(['stock', 'supplier', 'service'])
  fulfilment?: 'stock' | 'supplier' | 'service';

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ExplicitPricesBody)
  explicit_prices?: ExplicitPricesBody;

  @MayBeAbsent()
  @IsIn(['stock', 'quarantine'])
  release_policy?: 'stock' | 'quarantine';

  /** An alert is raised when so few keys, or fewer, are available; null: never. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_LOW_STOCK_THRESHOLD)
  low_stock_threshold?: number | null;
}

export class CreatePackageBody extends PackageFieldsBody {
  @IsText()
  name_en!: string;

  @IsPublicId()
  product_id!: number;

  @IsDecimalValue()
  price!: number | string;
}

export class UpdatePackageBody extends PackageFieldsBody {
  @MayBeAbsent()
  @IsText()
  name_en?: string;

  @MayBeAbsent()
  @IsPublicId()
  product_id?: number;

  @MayBeAbsent()
  @IsDecimalValue()
  price?: number | string;
}

export class ConvertPricesBody {
  /** Replaces prices that were set by hand, too. */
  @MayBeAbsent()
  @IsBoolean()
  overwrite?: boolean;
}

class VendorListQuery extends StatusListQuery {
  /** `supplier_id` is the same. */
  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  vendor_id?: number;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  supplier_id?: number;
}

export class ProductListQuery extends VendorListQuery {
  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  subcategory_id?: number;
}

export class PackageListQuery extends VendorListQuery {
  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  product_id?: number;
}

export class AlertListQuery extends PageQuery {
  @IsOptional()
  @IsIn(['open', 'closed'])
  status?: 'open' | 'closed';
}

export class SubcategoryListQuery extends ListQuery {
  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  category_id?: number;
}
