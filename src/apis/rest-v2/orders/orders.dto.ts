import { IsIn, IsOptional } from 'class-validator';
import { IsPublicId, MayBeAbsent, QueryNumber } from '../body.js';
import { IsDayOrTime } from '../business-calendar.js';
import { ListQuery } from '../listing.js';

export const ORDER_STATUSES = ['pending', 'confirmed', 'cancelled', 'refunded'] as const;
export type OrderStatusName = (typeof ORDER_STATUSES)[number];

/** `search` is the partner's order id from its beginning on, or the whole number of the order. */
export class OrderListQuery extends ListQuery {
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatusName;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  partnerId?: number;

  /** A date of the business zone, or a time with an offset. */
  @IsOptional()
  @IsDayOrTime()
  dateFrom?: string;

  /** As `dateFrom`; a date includes that day. */
  @IsOptional()
  @IsDayOrTime()
  dateTo?: string;
}

export class OrderExportQuery extends OrderListQuery {
  /** `1`: the file begins with a byte order mark, which Excel needs to see that it is UTF-8. */
  @IsOptional()
  @IsIn(['0', '1'])
  bom?: '0' | '1';
}

export class OrderStatusBody {
  @IsIn(ORDER_STATUSES)
  status!: OrderStatusName;
}

export class ReplaceKeyBody {
  /** The key that does not work; without it the order's only one, if that was not replaced yet. */
  @MayBeAbsent()
  @IsPublicId()
  key_id?: number;
}
