import type {
  BalanceAlerts,
  PartnerAccess,
  PartnerBilling,
  PartnerCurrencies,
  PartnerEvent,
  PartnerPricing,
  PartnerProfile,
  PartnerStatus,
  RevealOn,
} from '../../src/contexts/partners/index.js';
import { foldCase } from '../../src/platform/kernel/fold-case.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection, type Projected } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

const HANDLED = [
  'PartnerRegistered',
  'PartnerApiKeySet',
  'PartnerStatusChanged',
  'PartnerProfileChanged',
  'PartnerBillingChanged',
  'PartnerCurrenciesChanged',
  'PartnerPricingChanged',
  'PartnerAccessChanged',
  'PartnerIpAllowlistChanged',
  'PartnerLimitsChanged',
  'PartnerBalanceAlertsChanged',
] as const;
type Handled = Extract<PartnerEvent, { type: (typeof HANDLED)[number] }>;

/** A partner without credentials and contact data; balances are in the wallets. */
export interface PartnerDocument
  extends ReadDocument,
    PartnerProfile,
    PartnerBilling,
    PartnerCurrencies,
    PartnerPricing {
  readonly id: number;
  readonly login: string;
  readonly status: PartnerStatus;
  /** For lists in the order of the numbers by which the status is shown, which is not that of its texts. */
  readonly statusRank: number;
  readonly access: PartnerAccess;
  readonly ipAllowlist: readonly string[];
  readonly revealOn: RevealOn;
  readonly maxOpenReservations: number;
  readonly balanceAlerts: BalanceAlerts;
  readonly hasApiKey: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly search: string;
}

const STATUS_RANK: Readonly<Record<PartnerStatus, number>> = {
  inactive: 0,
  active: 1,
  blocked: 2,
  deleted: 3,
};

const searchText = (name: string, login: string): string => foldCase(`${name}\n${login}`);

function registered({
  id: _id,
  data,
  at,
}: Projected<Extract<Handled, { type: 'PartnerRegistered' }>>): PartnerDocument {
  const { name, login, status, logoUrl, supportEmail, managerId, language, billingMode, creditLimit } = data;
  const { defaultCurrency, allowedCurrencies, revealOn, maxOpenReservations, publicId: id } = data;
  return {
    _id,
    id,
    login,
    status,
    statusRank: STATUS_RANK[status],
    ...{ name, logoUrl, supportEmail, managerId, language: language ?? null },
    ...{ billingMode, creditLimit, defaultCurrency, allowedCurrencies, rateMarkupPercent: {} },
    markupPercent: '0',
    commissionPercent: '0',
    access: { allProducts: true, productIds: [], packageIds: null },
    ipAllowlist: [],
    revealOn,
    maxOpenReservations,
    balanceAlerts: {},
    hasApiKey: false,
    createdAt: at,
    updatedAt: at,
    search: searchText(name, login),
  };
}

export const partners = defineProjection<PartnerDocument, Handled>({
  name: 'partners',
  version: 5,
  indexes: [['id'], ['managerId', 'id'], ['status', 'id'], ['name']],
  handles: { partner: HANDLED },
  keysOf: (event) => event.id,
  evolve(before, event) {
    if (event.type === 'PartnerRegistered') return registered(event);
    if (!before) return null;
    const partner = { ...before, updatedAt: event.at };
    switch (event.type) {
      case 'PartnerApiKeySet':
        return { ...partner, hasApiKey: true };
      case 'PartnerStatusChanged':
        return { ...partner, status: event.data.status, statusRank: STATUS_RANK[event.data.status] };
      case 'PartnerProfileChanged':
        return { ...partner, ...event.data, search: searchText(event.data.name, partner.login) };
      case 'PartnerBillingChanged':
      case 'PartnerCurrenciesChanged':
      case 'PartnerPricingChanged':
      case 'PartnerLimitsChanged':
      case 'PartnerBalanceAlertsChanged':
        return { ...partner, ...event.data };
      case 'PartnerAccessChanged':
        return { ...partner, access: event.data };
      case 'PartnerIpAllowlistChanged':
        return { ...partner, ipAllowlist: event.data.ipAllowlist };
      default:
        return unreachable(event);
    }
  },
});
