import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsLongList, IsPublicId, IsText, MayBeAbsent, QueryNumber } from '../body.js';
import { MAX_KEY_SEARCH_LENGTH, MAX_KEYS_PER_REQUEST } from '../limits.js';
import { ListQuery } from '../listing.js';

export class BulkKey {
  @IsText()
  key_text!: string;

  @IsOptional()
  @IsText()
  serial_number?: string | null;

  /** Its last day, or an exact time with an offset. */
  @IsOptional()
  @IsText()
  expires_at?: string | null;
}

export class CreateKeyBody extends BulkKey {
  @IsPublicId()
  package_id!: number;
}

export class CreateKeysBody {
  @IsPublicId()
  package_id!: number;

  @IsLongList(MAX_KEYS_PER_REQUEST)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => BulkKey)
  keys!: BulkKey[];
}

/** What is not given stays as it is; null takes a serial number or an expiry away. */
export class UpdateKeyBody {
  @IsOptional()
  @IsText()
  serial_number?: string | null;

  @IsOptional()
  @IsText()
  expires_at?: string | null;

  /** 5 takes an available key aside, 1 brings it back. */
  @MayBeAbsent()
  @IsIn([1, 5])
  status?: 1 | 5;
}

export class DeleteKeysBody {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_KEYS_PER_REQUEST)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(Number.MAX_SAFE_INTEGER, { each: true })
  ids!: number[];
}

export class KeyListQuery extends ListQuery {
  @IsOptional()
  @QueryNumber()
  @IsIn([1, 2, 3, 4, 5, 6])
  status?: KeyStatusNumber;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  package_id?: number;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  product_id?: number;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  vendor_id?: number;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  supplier_id?: number;

  /** A whole key text, which is longer than a name. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_KEY_SEARCH_LENGTH)
  declare search?: string;
}

/** 1 available, 2 reserved, 3 sold, 4 retired, 5 quarantined, 6 expired. */
export type KeyStatusNumber = 1 | 2 | 3 | 4 | 5 | 6;
