import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { CURRENCY_EXPONENTS, type Currency } from '../../../platform/kernel/money.js';
import { IsDecimalValue, IsReference, IsText, MayBeAbsent } from '../body.js';
import { IsDayOrTime } from '../business-calendar.js';
import { MAX_COMMENT_LENGTH, MAX_REFERENCE_LENGTH } from '../limits.js';
import { PageQuery } from '../listing.js';

const CURRENCIES = Object.keys(CURRENCY_EXPONENTS);
/** A position as `X-Position` answers it, or a time with an offset. */
const POSITION_OR_TIME = /^([0-9a-f]{16}|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))$/;

export class TopUpBody {
  @IsIn(CURRENCIES)
  currency!: Currency;

  @IsDecimalValue()
  amount!: number | string;

  @IsReference(MAX_REFERENCE_LENGTH)
  reference!: string;

  @IsOptional()
  @IsText(MAX_COMMENT_LENGTH)
  comment?: string | null;
}

export class AdjustBody {
  @IsIn(CURRENCIES)
  currency!: Currency;

  /** Negative to debit. */
  @IsDecimalValue()
  amount!: number | string;

  @IsReference(MAX_COMMENT_LENGTH)
  reason!: string;

  /** The same reference with the same amount again changes nothing; without one, each request is an adjustment. */
  @MayBeAbsent()
  @IsReference(MAX_REFERENCE_LENGTH)
  reference?: string;
}

export class BalancesQuery {
  /** A position as `X-Position` answers it, or a time such as 2026-12-31T23:59:59Z; absent: now. */
  @IsOptional()
  @IsString()
  @Matches(POSITION_OR_TIME, {
    message: '$property must be a position of the log, or a time such as 2026-12-31T23:59:59Z',
  })
  as_of?: string;
}

export class TransactionsQuery extends PageQuery {
  @IsOptional()
  @IsIn(CURRENCIES)
  currency?: Currency;

  /** A date of the business zone, or a time with an offset. */
  @IsOptional()
  @IsDayOrTime()
  dateFrom?: string;

  /** As `dateFrom`; a date includes that day. */
  @IsOptional()
  @IsDayOrTime()
  dateTo?: string;
}

export class TransactionsExportQuery extends TransactionsQuery {
  /** `1`: the file begins with a byte order mark, which Excel needs to see that it is UTF-8. */
  @IsOptional()
  @IsIn(['0', '1'])
  bom?: '0' | '1';
}
