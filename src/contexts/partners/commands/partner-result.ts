import type { Rejection } from '../../../platform/kernel/rejection.js';
import type { PartnerState } from '../domain/partner.js';
import type { PartnerRejectionCode } from '../rejections.js';

/** A partner as it stands after a command. */
export interface PartnerRecord {
  /** UUID. */
  readonly partnerId: string;
  readonly partner: PartnerState;
}

export type PartnerResult = PartnerRecord | Rejection<PartnerRejectionCode>;
