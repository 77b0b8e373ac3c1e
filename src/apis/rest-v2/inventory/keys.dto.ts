import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional, ValidateNested } from 'class-validator';
import { IsPublicId, IsText } from '../body.js';
import { MAX_KEYS_PER_REQUEST } from '../limits.js';
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

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_KEYS_PER_REQUEST)
  @ValidateNested({ each: true })
  @Type(() => BulkKey)
  keys!: BulkKey[];
}

export class KeyListQuery extends ListQuery {
  @IsOptional()
  @Type(() => Number)
  @IsIn([1, 2, 3, 4, 5, 6])
  status?: KeyStatusNumber;

  @IsOptional()
  @Type(() => Number)
  @IsPublicId()
  package_id?: number;
}

/** 1 available, 2 reserved, 3 sold, 4 retired, 5 quarantined, 6 expired. */
export type KeyStatusNumber = 1 | 2 | 3 | 4 | 5 | 6;
