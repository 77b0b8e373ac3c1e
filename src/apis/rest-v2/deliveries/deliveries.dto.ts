import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { DeliveryStatus } from '../../../contexts/deliveries/index.js';
import { IsPublicId, MayBeAbsent, QueryNumber } from '../body.js';
import { PageQuery } from '../listing.js';

export const DELIVERY_STATUSES = [
  'pending',
  'sent',
  'opened',
  'failed',
  'delivered',
  'bounced',
  'complained',
  'suppressed',
  'erased',
] as const satisfies readonly DeliveryStatus[];

/** What an e-mail address is refused for beside its form: longer ones there are none. */
const MAX_ADDRESS_LENGTH = 254;

export class DeliveryListQuery extends PageQuery {
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  status?: DeliveryStatus;

  @IsOptional()
  @QueryNumber()
  @IsPublicId()
  partner_id?: number;
}

export class ResendBody {
  /** Another address than before. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  email?: string;
}

export class ErasureBody {
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  email!: string;
}
