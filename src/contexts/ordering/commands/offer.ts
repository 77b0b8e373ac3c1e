import type { Transaction } from '../../../platform/execution/transaction.js';
import { type Currency, storeMoney } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { isPackageOffered, isProductOffered, Package, Product } from '../../catalog/index.js';
import { Lot, type LotState, nextOffer, type OfferTerms } from '../../inventory/index.js';
import { mayBuy, Partner, type PartnerState } from '../../partners/index.js';
import { quote, RATES_ID, Rates } from '../../pricing/index.js';
import type { PriceFacts } from '../events/order.events.js';
import type { OrderingRejection } from '../rejections.js';
import type { KeysUnreadable } from './readable-lots.js';
import type { SaleDesk } from './sale-desk.js';

export interface Offer {
  readonly partner: PartnerState;
  readonly packageId: string;
  readonly facts: PriceFacts;
  readonly shownKeysTo: 'stock' | 'quarantine';
}

/** What a package is sold for to a partner now: decided on the streams, never on a read model. */
export function offerFor(
  tx: Transaction,
  request: {
    readonly partnerId: string;
    readonly packageId: string | undefined;
    readonly currency: Currency;
  },
): Offer | Rejection<OrderingRejection> {
  const { partnerId, packageId, currency } = request;
  if (packageId === undefined) return reject('PackageUnavailable');
  const pkg = tx.load(Package, packageId);
  if (!isPackageOffered(pkg) || pkg.fulfilment !== 'stock') return reject('PackageUnavailable');
  if (!isProductOffered(tx.load(Product, pkg.productId))) return reject('PackageUnavailable');
  const partner = tx.load(Partner, partnerId);
  if (!mayBuy(partner, pkg.productId, packageId)) return reject('PackageUnavailable');
  const quoted = quote({ pkg, rates: tx.load(Rates, RATES_ID), partner, currency });
  if (!quoted) return reject('PackageUnavailable');
  return {
    partner,
    packageId,
    shownKeysTo: pkg.releasePolicy,
    facts: {
      package: packageId,
      packagePublicId: pkg.publicId,
      product: pkg.productId,
      supplier: pkg.supplierId,
      listPrice: quoted.listPrice,
      rules: quoted.rules,
      price: storeMoney(quoted.price),
      amountAzn: quoted.amountAzn,
      commission: storeMoney(quoted.commission),
      referrer: partner.referrerId,
    },
  };
}

/**
 * The first candidate lot that has a key now, and one that can be read; null after every one was looked at.
 * @param next which key of a lot is asked for: one to sell, or `nextReservable`
 * @throws {LotToBeLookedAt}
 * @throws {KeysUnreadable} where there are keys, and none that can be read
 */
export function lotWithStock(
  tx: Transaction,
  desk: SaleDesk,
  packageId: string,
  next: (state: LotState, terms: OfferTerms) => number | null = nextOffer,
): number | null {
  const terms = { nowMs: tx.nowMs, cooldownMs: desk.settings.cooldownMs };
  let unreadable: KeysUnreadable | null = null;
  for (const lot of desk.stock.candidates(packageId, terms.nowMs)) {
    const state = tx.load(Lot, String(lot));
    if (state.package !== packageId) continue;
    const slot = next(state, terms);
    if (slot === null) continue;
    const problem = desk.readableLots.problemOf(lot, slot);
    if (problem === null) return lot;
    unreadable = problem;
  }
  if (unreadable) throw unreadable;
  return null;
}
