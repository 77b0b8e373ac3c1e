// Stored format: add optional fields or upcast, never rename.
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Currency } from '../../../platform/kernel/money.js';
import type { SealedContact, SealedPassword } from './sealed.js';

export type PartnerStatus = 'active' | 'inactive' | 'blocked' | 'deleted';
export type BillingMode = 'prepaid' | 'postpaid';
/** When a reserved key's text is shown. */
export type RevealOn = 'reserve' | 'confirm';

export interface PartnerBilling {
  readonly billingMode: BillingMode;
  /** Minor units of the default currency; null is no limit of its own (see `creditFloor`). */
  readonly creditLimit: string | null;
}

export interface PartnerCurrencies {
  readonly defaultCurrency: Currency;
  readonly allowedCurrencies: readonly Currency[];
  /** Percent added to the rate of a currency, as a decimal string. */
  readonly rateMarkupPercent: Readonly<Partial<Record<Currency, string>>>;
}

export interface PartnerPricing {
  readonly markupPercent: string;
  readonly commissionPercent: string;
}

export interface PartnerAccess {
  readonly allProducts: boolean;
  /** UUIDs; what a partner without all products may buy. */
  readonly productIds: readonly string[];
  /** UUIDs; null: every package of those products. */
  readonly packageIds: readonly string[] | null;
}

/** What the partner itself is written to in. */
export type PartnerLanguage = 'en' | 'ru' | 'az';

export interface PartnerProfile {
  readonly name: string;
  readonly logoUrl: string | null;
  /** Shown to customers in mails: published, so not sealed. */
  readonly supportEmail: string | null;
  /** UUID of the staff account that looks after this partner. */
  readonly managerId: string | null;
  /** Absent in what was stored before there was one; null: nobody said. */
  readonly language?: PartnerLanguage | null;
}

/** Minor units by currency; the partner is told when its available balance falls below. */
export type BalanceAlerts = Readonly<Partial<Record<Currency, string>>>;

export interface PartnerLimits {
  readonly revealOn: RevealOn;
  readonly maxOpenReservations: number;
}

export type PartnerEvent =
  | DomainEvent<
      'PartnerRegistered',
      PartnerProfile &
        PartnerBilling &
        Pick<PartnerCurrencies, 'defaultCurrency' | 'allowedCurrencies'> &
        PartnerLimits & {
          /** Of the claim that this completes. */
          readonly planId: string;
          readonly publicId: number;
          readonly login: string;
          readonly status: PartnerStatus;
          readonly email: SealedContact | null;
          readonly phone: SealedContact | null;
          /** UUID of the account that brought this partner. */
          readonly referrerId: string | null;
        }
    >
  /** Stands alone in its stream: something that the registration claimed was somebody else's. */
  | DomainEvent<'PartnerRegistrationRefused', { readonly planId: string; readonly code: string }>
  | DomainEvent<'PartnerPasswordSet', SealedPassword>
  | DomainEvent<
      'PartnerApiKeySet',
      {
        /** Of the command, and of the claim that this completes. */
        readonly changeId: string;
        /** UUID, recorded with what is done under this key. */
        readonly apiKeyId: string;
        readonly hash: string;
        readonly sealed: string;
        /** The key before it stays valid until then; null: no longer. */
        readonly previousValidUntil: string | null;
      }
    >
  /** The claim of the address before it is not released here: whoever wants it finds that the partner has another. */
  | DomainEvent<
      'PartnerEmailChanged',
      {
        /** Of the command, and of the claim that this completes. Slot that `sealed` is bound to. */
        readonly changeId: string;
        /** Null: none any more. */
        readonly email: SealedContact | null;
      }
    >
  | DomainEvent<'PartnerStatusChanged', { readonly status: PartnerStatus; readonly reason: string | null }>
  | DomainEvent<'PartnerProfileChanged', PartnerProfile>
  | DomainEvent<'PartnerBillingChanged', PartnerBilling>
  | DomainEvent<'PartnerCurrenciesChanged', PartnerCurrencies>
  | DomainEvent<'PartnerPricingChanged', PartnerPricing>
  | DomainEvent<'PartnerAccessChanged', PartnerAccess>
  /** All thresholds as they stand from now on. */
  | DomainEvent<'PartnerBalanceAlertsChanged', { readonly balanceAlerts: BalanceAlerts }>
  | DomainEvent<'PartnerIpAllowlistChanged', { readonly ipAllowlist: readonly string[] }>
  | DomainEvent<'PartnerLimitsChanged', PartnerLimits>;
