import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  HIGHEST_MAX_OPEN_RESERVATIONS,
  MAX_ACCESS_IDS,
  MAX_IP_RANGES,
} from '../../../contexts/partners/index.js';
import { SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { IsDecimalValue, IsPublicId, IsText, MayBeAbsent, QueryNumber } from '../body.js';
import { ListQuery } from '../listing.js';
import { IsNewPassword } from '../passwords.js';

type SaleCurrency = (typeof SALE_CURRENCIES)[number];

export class PartnerListQuery extends ListQuery {
  /** 0 inactive, 1 active, 2 blocked. */
  @IsOptional()
  @QueryNumber()
  @IsIn([0, 1, 2])
  status?: 0 | 1 | 2;
}

class PartnerProfileBody {
  @IsOptional()
  @IsText()
  logo_url?: string | null;

  @IsOptional()
  @IsText()
  support_email?: string | null;

  /** In which the partner itself is written to; null: English. */
  @IsOptional()
  @IsIn(['en', 'ru', 'az'])
  language?: 'en' | 'ru' | 'az' | null;

  /** The member of the staff that looks after the partner. */
  @IsOptional()
  @IsPublicId()
  manager_id?: number | null;

  @MayBeAbsent()
  @IsIn(['prepaid', 'postpaid'])
  billing_mode?: 'prepaid' | 'postpaid';

  /** Of the default currency; null: none. */
  @IsOptional()
  @IsDecimalValue()
  credit_limit?: number | string | null;
}

export class CreatePartnerBody extends PartnerProfileBody {
  @IsText()
  name!: string;

  @IsText()
  login!: string;

  @IsNewPassword()
  password!: string;

  @IsOptional()
  @IsText()
  api_key?: string | null;

  @IsOptional()
  @IsText()
  email?: string | null;

  @IsOptional()
  @IsText()
  phone?: string | null;

  @MayBeAbsent()
  @IsIn([0, 1])
  status?: 0 | 1;

  @MayBeAbsent()
  @IsIn(SALE_CURRENCIES)
  default_currency?: SaleCurrency;
}

/** Amounts of available balance by currency. */
export class BalanceAlertsBody {
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

export class UpdatePartnerBody extends PartnerProfileBody {
  @MayBeAbsent()
  @IsText()
  name?: string;

  @MayBeAbsent()
  @IsNewPassword()
  password?: string;

  @MayBeAbsent()
  @IsText()
  api_key?: string;

  /** Its own address, no other account's; null: none any more. */
  @IsOptional()
  @IsText()
  email?: string | null;

  /** How long a replaced password or API key stays valid. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(720)
  overlap_hours?: number;

  /** 0 inactive, 1 active, 2 blocked. */
  @MayBeAbsent()
  @IsIn([0, 1, 2])
  status?: 0 | 1 | 2;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_IP_RANGES)
  @IsString({ each: true })
  ip_allowlist?: string[];

  /** The partner is told when its balance falls below; replaces all thresholds that were set before. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => BalanceAlertsBody)
  balance_alert_below?: BalanceAlertsBody;

  @MayBeAbsent()
  @IsIn(['reserve', 'confirm'])
  reveal_on?: 'reserve' | 'confirm';

  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(HIGHEST_MAX_OPEN_RESERVATIONS)
  max_open_reservations?: number;

  @MayBeAbsent()
  @IsDecimalValue()
  markup_percent?: number | string;

  @MayBeAbsent()
  @IsDecimalValue()
  commission_percent?: number | string;
}

export class AccessBody {
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_ACCESS_IDS)
  @IsInt({ each: true })
  @Min(1, { each: true })
  product_ids?: number[];

  /** Narrows the products further; null or absent: every package of them. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_ACCESS_IDS)
  @IsInt({ each: true })
  @Min(1, { each: true })
  package_ids?: number[] | null;

  @MayBeAbsent()
  @IsBoolean()
  all_products?: boolean;
}

/** Percent added to the rate of each currency that is named. */
export class RateMarkupBody {
  @MayBeAbsent()
  @IsDecimalValue()
  AZN?: number | string;

  @MayBeAbsent()
  @IsDecimalValue()
  USD?: number | string;

  @MayBeAbsent()
  @IsDecimalValue()
  EUR?: number | string;

  @MayBeAbsent()
  @IsDecimalValue()
  TRY?: number | string;

  @MayBeAbsent()
  @IsDecimalValue()
  RUB?: number | string;
}

export class CurrencySettingsBody {
  /** A credit limit keeps its number and is then of this currency. */
  @MayBeAbsent()
  @IsIn(SALE_CURRENCIES)
  default_currency?: SaleCurrency;

  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SALE_CURRENCIES.length)
  @IsIn(SALE_CURRENCIES, { each: true })
  allowed_currencies?: SaleCurrency[];

  /** Replaces all markups that were set before. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => RateMarkupBody)
  rate_markup_percent?: RateMarkupBody;
}
