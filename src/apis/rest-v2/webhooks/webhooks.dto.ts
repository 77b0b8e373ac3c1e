import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_FEED_PAGE,
  MAX_OVERLAP_HOURS,
  NOTICE_TYPES,
  type NoticeType,
} from '../../../contexts/webhooks/index.js';
import { IsPublicId, IsText, MayBeAbsent, QueryNumber } from '../body.js';
import { PageQuery } from '../listing.js';

const MAX_URL_LENGTH = 2_048;
const MAX_CURSOR_LENGTH = 200;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const IsInstant = () =>
  Matches(INSTANT, { message: '$property must be a time such as 2026-12-31T23:59:59Z' });

export class CreateWebhookBody {
  /** An https address of the public internet. */
  @IsText(MAX_URL_LENGTH)
  url!: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(NOTICE_TYPES.length)
  @IsIn(NOTICE_TYPES, { each: true })
  event_types!: NoticeType[];

  @IsOptional()
  @IsText(MAX_DESCRIPTION_LENGTH)
  description?: string | null;
}

export class UpdateWebhookBody {
  @MayBeAbsent()
  @IsText(MAX_URL_LENGTH)
  url?: string;

  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(NOTICE_TYPES.length)
  @IsIn(NOTICE_TYPES, { each: true })
  event_types?: NoticeType[];

  @IsOptional()
  @IsText(MAX_DESCRIPTION_LENGTH)
  description?: string | null;

  /** false switches it off, true on again: it then goes on where it stood. */
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

export class RotateBody {
  /** How long the secret before it goes on signing; default 24. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(MAX_OVERLAP_HOURS)
  overlap_hours?: number;
}

export class RedeliverBody {
  /** The first moment of the range. */
  @IsString()
  @IsInstant()
  from!: string;

  /** The end of the range, not included. */
  @IsString()
  @IsInstant()
  to!: string;
}

export class DeliveriesQuery extends PageQuery {
  @IsOptional()
  @IsIn(['waiting', 'delivered', 'failed'])
  status?: 'waiting' | 'delivered' | 'failed';
}

export class WebhookListQuery extends PageQuery {
  /** `disabled`: switched off. `failing`: the last attempt failed. */
  @IsOptional()
  @IsIn(['enabled', 'disabled', 'failing'])
  status?: 'enabled' | 'disabled' | 'failing';
}

export class FeedQuery {
  /** A cursor that this list answered; absent: from the beginning. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CURSOR_LENGTH)
  after?: string;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_FEED_PAGE)
  limit?: number;

  /** Whose events, for the staff. */
  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  partner_id?: number;
}
