import { type Currency, SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type {
  BalanceAlerts,
  PartnerAccess,
  PartnerBilling,
  PartnerCurrencies,
  PartnerEvent,
  PartnerLimits,
  PartnerPricing,
  PartnerProfile,
  PartnerStatus,
} from '../events/partner.events.js';
import type { SealedPassword } from '../events/sealed.js';
import {
  HIGHEST_MAX_OPEN_RESERVATIONS,
  MAX_ACCESS_IDS,
  MAX_IP_RANGES,
  MAX_REASON_LENGTH,
} from '../limits.js';
import type { PartnerRejectionCode } from '../rejections.js';
import { isCommission, isCreditLimit, isEmail, isMarkup, isName, isUrl } from './fields.js';
import { type AccountField, invalidField } from './invalid-field.js';
import type { PartnerState } from './partner.js';

type Decision = PartnerEvent[] | Rejection<PartnerRejectionCode>;
type ApiKeySet = Extract<PartnerEvent, { type: 'PartnerApiKeySet' }>['data'];
type EmailChange = Extract<PartnerEvent, { type: 'PartnerEmailChanged' }>['data'];

/** What can be changed about a partner; absent fields stay. */
export type PartnerChanges = Partial<PartnerProfile & PartnerBilling & PartnerPricing & PartnerLimits> & {
  readonly status?: Exclude<PartnerStatus, 'deleted'>;
  readonly ipAllowlist?: readonly string[];
  readonly balanceAlerts?: BalanceAlerts;
};

/** The first field that no partner may have, or null. Addresses are checked where they are parsed. */
export function firstInvalid(changes: PartnerChanges): AccountField | null {
  const { name, logoUrl, supportEmail, creditLimit, maxOpenReservations } = changes;
  const { markupPercent, commissionPercent, ipAllowlist, balanceAlerts } = changes;
  if (name !== undefined && !isName(name)) return 'name';
  if (typeof logoUrl === 'string' && !isUrl(logoUrl)) return 'logo_url';
  if (typeof supportEmail === 'string' && !isEmail(supportEmail)) return 'support_email';
  if (typeof creditLimit === 'string' && !isCreditLimit(creditLimit)) return 'credit_limit';
  if (markupPercent !== undefined && !isMarkup(markupPercent)) return 'markup_percent';
  if (commissionPercent !== undefined && !isCommission(commissionPercent)) return 'commission_percent';
  if (ipAllowlist !== undefined && ipAllowlist.length > MAX_IP_RANGES) return 'ip_allowlist';
  const alerts = Object.entries(balanceAlerts ?? {}) as [Currency, string][];
  if (!alerts.every(([currency, minor]) => isSaleCurrency(currency) && isCreditLimit(minor))) {
    return 'balance_alert_below';
  }
  if (maxOpenReservations !== undefined) {
    const fits = Number.isSafeInteger(maxOpenReservations) && maxOpenReservations >= 0;
    if (!fits || maxOpenReservations > HIGHEST_MAX_OPEN_RESERVATIONS) return 'max_open_reservations';
  }
  return null;
}

/** Whether a partner can be changed at all. */
export function refusal(state: PartnerState): Rejection<PartnerRejectionCode> | null {
  if (!state.exists) return reject('PartnerUnknown');
  return state.status === 'deleted' ? reject('PartnerDeleted') : null;
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

const sameAlerts = (a: BalanceAlerts, b: BalanceAlerts): boolean => {
  const asText = (alerts: BalanceAlerts): string[] =>
    Object.entries(alerts)
      .map((entry) => entry.join(' '))
      .sort();
  return sameList(asText(a), asText(b));
};

/** The group's fields as they are to stand, or null when nothing in it changes. */
function changed<T extends object>(current: T, changes: Partial<T>): T | null {
  const next = { ...current };
  let differs = false;
  for (const key of Object.keys(current) as (keyof T)[]) {
    const value = changes[key];
    if (value === undefined || value === current[key]) continue;
    next[key] = value;
    differs = true;
  }
  return differs ? next : null;
}

export function updatePartner(state: PartnerState, changes: PartnerChanges): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  const field = firstInvalid(changes);
  if (field) return invalidField(field);
  const { name, logoUrl, supportEmail, managerId, language, billingMode, creditLimit } = state;
  const { markupPercent, commissionPercent, revealOn, maxOpenReservations } = state;
  const events: PartnerEvent[] = [];
  const profile = changed({ name, logoUrl, supportEmail, managerId, language }, changes);
  if (profile) events.push({ type: 'PartnerProfileChanged', data: profile });
  const billing = changed({ billingMode, creditLimit }, changes);
  if (billing) events.push({ type: 'PartnerBillingChanged', data: billing });
  const pricing = changed({ markupPercent, commissionPercent }, changes);
  if (pricing) events.push({ type: 'PartnerPricingChanged', data: pricing });
  const limits = changed({ revealOn, maxOpenReservations }, changes);
  if (limits) events.push({ type: 'PartnerLimitsChanged', data: limits });
  const { ipAllowlist, status, balanceAlerts } = changes;
  if (balanceAlerts && !sameAlerts(balanceAlerts, state.balanceAlerts)) {
    events.push({ type: 'PartnerBalanceAlertsChanged', data: { balanceAlerts } });
  }
  if (ipAllowlist && !sameList(ipAllowlist, state.ipAllowlist)) {
    events.push({ type: 'PartnerIpAllowlistChanged', data: { ipAllowlist } });
  }
  if (status && status !== state.status) {
    events.push({ type: 'PartnerStatusChanged', data: { status, reason: null } });
  }
  return events;
}

export function blockPartner(state: PartnerState, reason: string | null): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  if (reason !== null && [...reason].length > MAX_REASON_LENGTH) return invalidField('reason');
  if (state.status === 'blocked') return [];
  return [{ type: 'PartnerStatusChanged', data: { status: 'blocked', reason } }];
}

/** @param openHolds reservations and unfinished sales that money is held for */
export function deletePartner(state: PartnerState, openHolds: number): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  if (openHolds > 0) return reject('PartnerHasReservations');
  return [{ type: 'PartnerStatusChanged', data: { status: 'deleted', reason: null } }];
}

/** Sets the whole access; the ids are UUIDs, doubled ones count once. */
export function setAccess(state: PartnerState, wanted: PartnerAccess): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  const productIds = [...new Set(wanted.productIds)].sort();
  const packageIds = wanted.packageIds && [...new Set(wanted.packageIds)].sort();
  if (productIds.length > MAX_ACCESS_IDS) return invalidField('product_ids');
  if (packageIds && packageIds.length > MAX_ACCESS_IDS) return invalidField('package_ids');
  const { access } = state;
  const samePackages =
    packageIds === null || access.packageIds === null
      ? packageIds === access.packageIds
      : sameList(packageIds, [...access.packageIds].sort());
  const same =
    wanted.allProducts === access.allProducts &&
    sameList(productIds, [...access.productIds].sort()) &&
    samePackages;
  if (same) return [];
  return [
    { type: 'PartnerAccessChanged', data: { allProducts: wanted.allProducts, productIds, packageIds } },
  ];
}

/** Currencies that partners can be sold in. */
export const isSaleCurrency = (currency: Currency): boolean =>
  (SALE_CURRENCIES as readonly Currency[]).includes(currency);

/** Absent fields stay. The default currency must be among the allowed ones. */
export function setCurrencies(state: PartnerState, changes: Partial<PartnerCurrencies>): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  const defaultCurrency = changes.defaultCurrency ?? state.defaultCurrency;
  const allowedCurrencies = changes.allowedCurrencies
    ? [...new Set(changes.allowedCurrencies)]
    : state.allowedCurrencies;
  const rateMarkupPercent = changes.rateMarkupPercent ?? state.rateMarkupPercent;
  if (!allowedCurrencies.every(isSaleCurrency)) return invalidField('allowed_currencies');
  if (!allowedCurrencies.includes(defaultCurrency)) return invalidField('default_currency');
  const markups = Object.entries(rateMarkupPercent) as [Currency, string][];
  if (!markups.every(([currency, markup]) => isSaleCurrency(currency) && isMarkup(markup))) {
    return invalidField('rate_markup_percent');
  }
  const asText = (markup: PartnerState['rateMarkupPercent']): string[] =>
    Object.entries(markup).map(([currency, value]) => `${currency} ${value}`);
  const same =
    defaultCurrency === state.defaultCurrency &&
    sameList(allowedCurrencies, state.allowedCurrencies) &&
    sameList(asText(rateMarkupPercent).sort(), asText(state.rateMarkupPercent).sort());
  if (same) return [];
  return [
    { type: 'PartnerCurrenciesChanged', data: { defaultCurrency, allowedCurrencies, rateMarkupPercent } },
  ];
}

/** A command given twice (the same `changeId`) sets the password once. */
export function setPassword(state: PartnerState, password: SealedPassword): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  return state.changes.has(password.changeId) ? [] : [{ type: 'PartnerPasswordSet', data: password }];
}

/** The key itself was claimed before. A key that stands already is not set again. */
export function setApiKey(state: PartnerState, apiKey: ApiKeySet): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  if (state.changes.has(apiKey.changeId) || state.apiKey?.hash === apiKey.hash) return [];
  return [{ type: 'PartnerApiKeySet', data: apiKey }];
}

/** The address itself was claimed before. One that stands already is not set again. */
export function changeEmail(state: PartnerState, change: EmailChange): Decision {
  const refused = refusal(state);
  if (refused) return refused;
  const isSame = (state.email?.hash ?? null) === (change.email?.hash ?? null);
  return isSame || state.changes.has(change.changeId) ? [] : [{ type: 'PartnerEmailChanged', data: change }];
}
