import type { Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { hasCome } from '../../../platform/kernel/deadline.js';
import { type Currency, storeMoney } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { isPackageOffered, isProductOffered, Package, Product } from '../../catalog/index.js';
import {
  Lot,
  type LotState,
  nextOffer,
  type OfferTerms,
  type SlotReservation,
} from '../../inventory/index.js';
import { mayBuy, Partner, type PartnerState } from '../../partners/index.js';
import { quote, RATES_ID, Rates } from '../../pricing/index.js';
import type { PriceFacts } from '../events/order.events.js';
import { OVERDUE_PER_COMMAND } from '../limits.js';
import type { OrderingRejection } from '../rejections.js';
import type { KeysUnreadable } from './readable-lots.js';
import { endDueReservations, reservationHold } from './reservations.js';
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
  const partner = tx.load(Partner, partnerId);
  if (!partner.allowedCurrencies.includes(currency)) return reject('CurrencyMismatch');
  if (packageId === undefined) return reject('PackageUnavailable');
  const pkg = tx.load(Package, packageId);
  if (!isPackageOffered(pkg) || pkg.fulfilment !== 'stock') return reject('PackageUnavailable');
  if (!isProductOffered(tx.load(Product, pkg.productId))) return reject('PackageUnavailable');
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

/** Which key of a lot is to be taken. */
type NextKey = (state: LotState, terms: OfferTerms) => number | null;

/**
 * The first candidate lot that has a key now, and one that can be read; null after every one was looked at. Before that
 * reservations whose deadline has come are ended: whoever asks at the deadline gets the key.
 * @param next which key of a lot is asked for: one to sell, or `nextReservable`
 * @throws {LotToBeLookedAt}
 * @throws {KeysUnreadable} where there are keys, and none that can be read
 */
export function lotWithStock(
  tx: Transaction,
  desk: SaleDesk,
  packageId: string,
  next: NextKey = nextOffer,
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
  const freed = lotOfOverdue(tx, desk, packageId, next);
  if (freed === null && unreadable) throw unreadable;
  return freed;
}

/**
 * The first lot that has a key once a reservation is ended whose deadline has come; null if none has. Where decisions are
 * stored step by step the lot comes first, and the reservation's money is left to the process that ends those that are due.
 */
function lotOfOverdue(tx: Transaction, desk: SaleDesk, packageId: string, next: NextKey): number | null {
  const terms = { nowMs: tx.nowMs, cooldownMs: desk.settings.cooldownMs };
  if (terms.cooldownMs > 0) return null;
  const lotOf = (lot: number): LotState => tx.load(Lot, String(lot));
  const earliestOf = (lot: number): string | null => {
    const earliest = Math.min(...openIn(lotOf(lot)).map(({ deadlineMs }) => deadlineMs));
    return Number.isFinite(earliest) ? isoTime(earliest) : null;
  };
  let left = OVERDUE_PER_COMMAND;
  for (const lot of desk.stock.overdue(packageId, tx.at, earliestOf)) {
    const due = openIn(lotOf(lot)).filter(({ deadlineMs }) => hasCome(deadlineMs, terms.nowMs));
    for (const { wallet, id } of due.slice(0, left)) {
      endDueReservations(tx, wallet, [reservationHold(id)], desk.settings);
      left -= 1;
      const slot = next(lotOf(lot), terms);
      if (slot !== null && desk.readableLots.problemOf(lot, slot) === null) return lot;
    }
  }
  return null;
}

/** The reservations of a lot that have not ended. */
const openIn = ({ open, slots }: LotState): SlotReservation[] =>
  [...open.values()].map((slot) => slots.get(slot)!.reservation!);
