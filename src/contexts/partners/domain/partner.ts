import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { type Currency, SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type {
  BalanceAlerts,
  BillingMode,
  PartnerEvent,
  PartnerLanguage,
  PartnerStatus,
  RevealOn,
} from '../events/partner.events.js';
import type { SealedContact } from '../events/sealed.js';
import { DEFAULT_MAX_OPEN_RESERVATIONS } from '../limits.js';
import { type AccountState, NO_ACCOUNT, withChange, withPassword } from './account.js';

/** A partner's API key: found by its hash, shown from its ciphertext. */
export interface PartnerApiKey {
  readonly id: string;
  /** Slot that `sealed` is bound to. */
  readonly changeId: string;
  readonly hash: string;
  readonly sealed: string;
}

export interface PartnerState extends AccountState {
  readonly status: PartnerStatus;
  readonly logoUrl: string | null;
  readonly supportEmail: string | null;
  readonly language: PartnerLanguage | null;
  /** Its own address, that it is written to itself. `changeId`: slot that it is bound to, unless it has it from the start. */
  readonly email: (SealedContact & { readonly changeId?: string }) | null;
  readonly managerId: string | null;
  readonly referrerId: string | null;
  readonly defaultCurrency: Currency;
  readonly allowedCurrencies: readonly Currency[];
  readonly rateMarkupPercent: Readonly<Partial<Record<Currency, string>>>;
  readonly markupPercent: string;
  readonly commissionPercent: string;
  readonly billingMode: BillingMode;
  /** Minor units of the default currency; null: none. */
  readonly creditLimit: string | null;
  readonly access: {
    readonly allProducts: boolean;
    /** UUIDs. */
    readonly productIds: ReadonlySet<string>;
    /** UUIDs; null: every package of the products. */
    readonly packageIds: ReadonlySet<string> | null;
  };
  readonly revealOn: RevealOn;
  readonly maxOpenReservations: number;
  readonly balanceAlerts: BalanceAlerts;
  /** Addresses and CIDR ranges; empty: from anywhere. */
  readonly ipAllowlist: readonly string[];
  readonly apiKey: PartnerApiKey | null;
  readonly previousApiKey: (PartnerApiKey & { readonly validUntil: string }) | null;
}

const initial: PartnerState = {
  ...NO_ACCOUNT,
  status: 'inactive',
  logoUrl: null,
  supportEmail: null,
  language: null,
  email: null,
  managerId: null,
  referrerId: null,
  defaultCurrency: 'AZN',
  allowedCurrencies: SALE_CURRENCIES,
  rateMarkupPercent: {},
  markupPercent: '0',
  commissionPercent: '0',
  billingMode: 'prepaid',
  creditLimit: null,
  access: { allProducts: true, productIds: new Set(), packageIds: null },
  revealOn: 'reserve',
  maxOpenReservations: DEFAULT_MAX_OPEN_RESERVATIONS,
  balanceAlerts: {},
  ipAllowlist: [],
  apiKey: null,
  previousApiKey: null,
};

/** A partner: who may buy what, at which terms, and how it proves who it is. */
export const Partner: Aggregate<PartnerState, PartnerEvent> = {
  category: 'partner',
  stateVersion: 4,
  weight: 4,
  initial,
  evolve(state, event, { revision }) {
    switch (event.type) {
      case 'PartnerRegistered': {
        // Nothing is ever done with the telephone number, so it is not kept in memory.
        const { planId, phone: _phone, ...fields } = event.data;
        const changes = withChange(state.changes, planId);
        return { ...state, ...fields, exists: true, changes, credentialEpoch: revision };
      }
      case 'PartnerRegistrationRefused':
        return { ...state, refused: event.data };
      case 'PartnerPasswordSet':
        return { ...state, ...withPassword(state, event.data, revision) };
      case 'PartnerApiKeySet':
        return withApiKey(state, event.data);
      case 'PartnerEmailChanged': {
        const { changeId, email } = event.data;
        return {
          ...state,
          changes: withChange(state.changes, changeId),
          email: email && { ...email, changeId },
        };
      }
      case 'PartnerStatusChanged':
        return { ...state, status: event.data.status, credentialEpoch: revision };
      case 'PartnerAccessChanged': {
        const { allProducts, productIds, packageIds } = event.data;
        const access = {
          allProducts,
          productIds: new Set(productIds),
          packageIds: packageIds && new Set(packageIds),
        };
        return { ...state, access };
      }
      case 'PartnerProfileChanged':
      case 'PartnerBillingChanged':
      case 'PartnerCurrenciesChanged':
      case 'PartnerPricingChanged':
      case 'PartnerBalanceAlertsChanged':
      case 'PartnerIpAllowlistChanged':
      case 'PartnerLimitsChanged':
        return { ...state, ...event.data };
      default:
        return unreachable(event);
    }
  },
};

function withApiKey(
  state: PartnerState,
  set: Extract<PartnerEvent, { type: 'PartnerApiKeySet' }>['data'],
): PartnerState {
  const { apiKeyId, changeId, hash, sealed, previousValidUntil } = set;
  const keepsOld = state.apiKey !== null && previousValidUntil !== null;
  return {
    ...state,
    changes: withChange(state.changes, changeId),
    apiKey: { id: apiKeyId, changeId, hash, sealed },
    previousApiKey: keepsOld ? { ...state.apiKey!, validUntil: previousValidUntil! } : null,
  };
}

/** Whether an API key (its hash) is the partner's: the current one, or the one before it until its overlap ends. */
export function holdsApiKey({ apiKey, previousApiKey }: PartnerState, hash: string, nowMs: number): boolean {
  if (apiKey?.hash === hash) return true;
  return previousApiKey?.hash === hash && nowMs < Date.parse(previousApiKey.validUntil);
}

/**
 * The lowest available amount (minor units) that a purchase may leave in a wallet of `currency`; null: no limit. A
 * limit is for the wallet of the default currency, the other wallets then have none to draw on.
 */
export function creditFloor(partner: PartnerState, currency: Currency): bigint | null {
  const { billingMode, creditLimit, defaultCurrency } = partner;
  if (creditLimit === null) return billingMode === 'postpaid' ? null : 0n;
  return currency === defaultCurrency ? -BigInt(creditLimit) : 0n;
}

/** Whether the partner's access covers a package of a product (UUIDs). */
export function mayBuy({ access }: PartnerState, productId: string, packageId: string): boolean {
  if (!access.allProducts && !access.productIds.has(productId)) return false;
  return access.packageIds === null || access.packageIds.has(packageId);
}
