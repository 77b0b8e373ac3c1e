import { type Currency, isCurrency, type StoredMoney } from '../../../platform/kernel/money.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import type { ExplicitPrice, RecordedRate } from '../../pricing/index.js';
import type { ExplicitPrices, PackageEvent, PackageFields, SwitchedBy } from '../events/package.events.js';
import type { Names, Status } from '../events/texts.js';
import * as check from './fields.js';
import type { PackageState } from './package.js';
import type { CatalogRejection } from './rejections.js';

const checks: check.Checks<PackageFields> = {
  productId: check.anything,
  supplierId: check.anything,
  names: check.names,
  cost: (cost) =>
    cost === null || check.isAmount(cost.amount, cost.currency, 0n) ? cost : reject('InvalidCost'),
  fulfilment: check.anything,
  releasePolicy: check.anything,
  position: check.position,
  lowStockThreshold: check.lowStockThreshold,
};

/** Names are given by language: one that is not named stays as it is, null takes it away. */
export type PackageChanges = Omit<Partial<PackageFields>, 'names'> & {
  readonly names?: Partial<Names>;
  readonly basePrice?: StoredMoney;
  /** Minor units by currency, set by hand; null takes a price away. Currencies not named keep theirs. */
  readonly explicitPrices?: PriceChanges['prices'];
  readonly status?: Status;
  readonly hold?: boolean;
};
export type NewPackage = PackageChanges & {
  readonly productId: string;
  readonly supplierId: string;
  readonly names: Pick<Names, 'en'> & Partial<Names>;
  readonly basePrice: StoredMoney;
};

const defaults = { cost: null, fulfilment: 'stock', releasePolicy: 'stock', position: null } as const;

/** A package is created once: the same id again changes nothing. */
export function createPackage(
  state: PackageState,
  { publicId, basePrice, explicitPrices, status, hold, ...given }: NewPackage & { readonly publicId: number },
): PackageEvent[] | CatalogRejection {
  if (state.exists) return [];
  const complete = {
    ...check.withDefaults(defaults, given),
    names: check.translate(state.names, given.names),
  };
  const fields = check.checkFields(checks, complete as PackageFields);
  if (isRejection(fields)) return fields;
  const price = checkBasePrice(basePrice);
  if (isRejection(price)) return price;
  const explicit = mergePrices({}, { prices: explicitPrices ?? {}, origin: 'manual' });
  if (isRejection(explicit)) return explicit;
  const data = { publicId, ...fields, basePrice: price, explicitPrices: explicit };
  return [{ type: 'PackageCreated', data: { ...data, status: status ?? 'active', hold: hold ?? false } }];
}

/** What an admin changes. Only what is another than now becomes an event; all of them are one append. */
export function changePackage(
  state: PackageState,
  { names, basePrice, explicitPrices, status, hold, ...rest }: PackageChanges,
): PackageEvent[] | CatalogRejection {
  if (!isThere(state)) return reject('PackageNotFound');
  const changes = names ? { ...rest, names: check.translate(state.names, names) } : rest;
  const fields = check.checkFields<PackageFields, Partial<PackageFields>>(checks, changes);
  if (isRejection(fields)) return fields;
  const events: PackageEvent[] = [];
  const data = check.changedFields<PackageFields>(state, fields);
  if (Object.keys(data).length > 0) events.push({ type: 'PackageChanged', data });
  let outdated: PriceChanges['prices'] = {};
  if (basePrice) {
    const price = checkBasePrice(basePrice);
    if (isRejection(price)) return price;
    if (price.amount !== state.basePrice.amount || price.currency !== state.basePrice.currency) {
      events.push({ type: 'PackagePriceChanged', data: { basePrice: price } });
      outdated = withoutOutdated(state.explicitPrices, price.currency);
    }
  }
  const priced = setExplicitPrices(state, { prices: { ...outdated, ...explicitPrices }, origin: 'manual' });
  if (isRejection(priced)) return priced;
  events.push(...priced);
  if (hold !== undefined && hold !== state.hold)
    events.push({ type: hold ? 'PackageHeld' : 'PackageHoldLifted', data: {} });
  if (status === 'active') events.push(...activate(state, 'admin'));
  if (status === 'inactive') events.push(...deactivateByAdmin(state));
  return events;
}

export interface PriceChanges {
  /** Minor units by currency; null takes a price away. Currencies not named keep theirs. */
  readonly prices: Readonly<Partial<Record<Currency, string | null>>>;
  readonly origin: ExplicitPrice['origin'];
  /** Lets a conversion replace prices that were set by hand; without it they are passed over. */
  readonly overwrite?: boolean;
  /** What a conversion was made at, for the record. */
  readonly rates?: readonly RecordedRate[];
}

export function setExplicitPrices(
  state: PackageState,
  changes: PriceChanges,
): PackageEvent[] | CatalogRejection {
  if (!isThere(state)) return reject('PackageNotFound');
  const explicitPrices = mergePrices(state.explicitPrices, changes);
  if (isRejection(explicitPrices)) return explicitPrices;
  if (samePrices(explicitPrices, state.explicitPrices)) return [];
  const { rates } = changes;
  return [{ type: 'PackageExplicitPricesSet', data: { explicitPrices, ...(rates && { rates }) } }];
}

/**
 * Keys came in: switches on what was off, whoever switched it off. What is held is then off as if it had run out, which
 * ends with the hold.
 */
export function activateForStock(state: PackageState): PackageEvent[] {
  if (!isThere(state)) return [];
  if (!state.hold) return activate(state, 'stock');
  return state.inactiveBecause === 'admin'
    ? [{ type: 'PackageDeactivated', data: { because: 'stock' } }]
    : [];
}

/** The last key went. Only what is sold from stock switches off, and an admin's word stands. */
export const deactivateForStock = (state: PackageState): PackageEvent[] =>
  isThere(state) && state.fulfilment === 'stock' && state.status === 'active'
    ? [{ type: 'PackageDeactivated', data: { because: 'stock' } }]
    : [];

/** Whoever asks has made sure that no key of the package is reserved, and has retired the others. */
export function deletePackage(state: PackageState): PackageEvent[] | CatalogRejection {
  if (!state.exists) return reject('PackageNotFound');
  return state.deleted ? [] : [{ type: 'PackageDeleted', data: {} }];
}

const isThere = (state: PackageState): boolean => state.exists && !state.deleted;

const activate = (state: PackageState, because: SwitchedBy): PackageEvent[] =>
  state.status === 'active' ? [] : [{ type: 'PackageActivated', data: { because } }];

/** An admin's word is recorded over an empty stock's too, so that new keys meet the right reason. */
const deactivateByAdmin = (state: PackageState): PackageEvent[] =>
  state.inactiveBecause === 'admin' ? [] : [{ type: 'PackageDeactivated', data: { because: 'admin' } }];

const checkBasePrice = ({ amount, currency }: StoredMoney): StoredMoney | CatalogRejection =>
  isCurrency(currency) && check.isAmount(amount, currency, 1n)
    ? { amount, currency }
    : reject('InvalidPrice', { field: 'price' });

function mergePrices(
  now: ExplicitPrices,
  { prices, origin, overwrite }: PriceChanges,
): ExplicitPrices | CatalogRejection {
  const merged: Partial<Record<Currency, ExplicitPrice>> = { ...now };
  for (const [currency, amount] of Object.entries(prices) as [Currency, string | null][]) {
    if (!isCurrency(currency) || !(amount === null || check.isAmount(amount, currency, 1n)))
      return reject('InvalidPrice', { field: currency });
    // A conversion that comes to nothing, for want of a rate, is no price to put in the place of one.
    const keepsManual = origin === 'converted' && (!overwrite || amount === null);
    if (keepsManual && now[currency]?.origin === 'manual') continue;
    if (amount === null) delete merged[currency];
    else merged[currency] = { amount, origin };
  }
  return merged;
}

/**
 * Takes away what was made from the base price, as it would go on selling at the old one, and what would be paid instead of the
 * new one in its own currency.
 */
const withoutOutdated = (now: ExplicitPrices, ofBase: Currency): PriceChanges['prices'] =>
  Object.fromEntries(
    Object.entries(now)
      .filter(([currency, { origin }]) => origin === 'converted' || currency === ofBase)
      .map(([currency]) => [currency, null]),
  );

function samePrices(a: ExplicitPrices, b: ExplicitPrices): boolean {
  const currencies = Object.keys({ ...a, ...b }) as Currency[];
  return currencies.every(
    (currency) => a[currency]?.amount === b[currency]?.amount && a[currency]?.origin === b[currency]?.origin,
  );
}
