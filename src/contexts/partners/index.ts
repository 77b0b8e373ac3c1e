export { checkIp } from './accounts/ip-allowlist.js';
export { creditFloor, mayBuy, Partner, type PartnerState } from './domain/partner.js';
export { Staff, type StaffState } from './domain/staff.js';
export type { AccountRef } from './events/claim.events.js';
export type {
  BillingMode,
  PartnerAccess,
  PartnerBilling,
  PartnerCurrencies,
  PartnerEvent,
  PartnerPricing,
  PartnerProfile,
  PartnerStatus,
  RevealOn,
} from './events/partner.events.js';
export type { StaffEvent, StaffRole } from './events/staff.events.js';
export type { PartnerRejectionCode } from './rejections.js';
