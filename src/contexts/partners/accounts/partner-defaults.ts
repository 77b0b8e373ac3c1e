import type { BillingMode } from '../events/partner.events.js';

/** What a partner gets that is registered without billing terms. */
export abstract class PartnerDefaults {
  abstract readonly billingMode: BillingMode;
  /** A decimal amount of the partner's default currency, such as `500.00`; null: none. */
  abstract readonly creditLimit: string | null;
}
