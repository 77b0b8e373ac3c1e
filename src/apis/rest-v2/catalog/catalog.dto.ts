import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { IsDecimalValue, IsPublicId, IsText, MayBeAbsent } from '../body.js';
import { StatusListQuery } from '../listing.js';

const MAX_POSITION = 1_000_000_000;

type SaleCurrency = (typeof SALE_CURRENCIES)[number];

export class CreateSupplierBody {
  @IsText()
  name!: string;

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

export class CategoryBody {
  @IsText()
  name_en!: string;

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

export class CreateCategoryBody extends CategoryBody {
  /** The category above it; absent or null: none. */
  @IsOptional()
  @IsPublicId()
  parent_id?: number | null;
}

export class CreateSubcategoryBody extends CategoryBody {
  @IsPublicId()
  category_id!: number;
}

export class CreateProductBody extends CategoryBody {
  /** `supplier_id` is the same; one of them must be there. */
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

export class CreatePackageBody extends CategoryBody {
  @IsPublicId()
  product_id!: number;

  /** `vendor_id` is the same; without either it is the product's. */
  @MayBeAbsent()
  @IsPublicId()
  supplier_id?: number;

  @MayBeAbsent()
  @IsPublicId()
  vendor_id?: number;

  @IsDecimalValue()
  price!: number | string;

  @MayBeAbsent()
  @IsIn(SALE_CURRENCIES)
  currency?: SaleCurrency;

  @IsOptional()
  @IsDecimalValue()
  cost?: number | string | null;

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
  @IsIn(['stock', 'quarantine'])
  release_policy?: 'stock' | 'quarantine';
}

export class ProductListQuery extends StatusListQuery {
  @IsOptional()
  @Type(() => Number)
  @IsPublicId()
  vendor_id?: number;
}

export class PackageListQuery extends StatusListQuery {
  @IsOptional()
  @Type(() => Number)
  @IsPublicId()
  product_id?: number;
}
