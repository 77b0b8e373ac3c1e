import { Package } from '../../contexts/catalog/index.js';
import {
  BuyKey,
  CancelReservation,
  ConfirmSale,
  Order,
  orderId,
  RefundOrder,
  ReserveKey,
} from '../../contexts/ordering/index.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import type { DemoDesk } from './demo-desk.js';
import type { DemoPartner } from './demo-goods.js';
import { DEMO_PACKAGES, type StepDone } from './demo-shop.js';

/** Sales in the history; some of them by reservation, some given back. */
export const SALES = 900;
const AT_ONCE = 32;
/** Strides without a common factor with what they go through, so that partners and packages mix. */
const PACKAGE_STRIDE = 37;
const BY_RESERVATION_EVERY = 4;
const CANCELLED_FIRST_EVERY = 12;
const REFUNDED_EVERY = 30;
const ANNULLED_EVERY = 45;

interface Seller {
  readonly partner: DemoPartner;
  readonly id: string;
}

/** Counts of what happened; what an earlier load had done already is not counted again. */
export interface HistoryCounts {
  sales: number;
  cancelledReservations: number;
  refunds: number;
  refused: number;
}

/** Sells, reserves, cancels and refunds as the partners' terminals would, all partners mixed. */
export async function sellSome(
  desk: DemoDesk,
  partners: ReadonlyMap<DemoPartner, string>,
  done: StepDone,
): Promise<HistoryCounts> {
  const sellers = [...partners].map(([partner, id]) => ({ partner, id }));
  const counts: HistoryCounts = { sales: 0, cancelledReservations: 0, refunds: 0, refused: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < SALES) {
      next += 1;
      await sellOne(desk, sellers, next, counts);
      done();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return counts;
}

async function sellOne(
  desk: DemoDesk,
  sellers: readonly Seller[],
  number: number,
  counts: HistoryCounts,
): Promise<void> {
  const seller = sellers[number % sellers.length]!;
  const reference = `${seller.partner.login.slice('demo-'.length).toUpperCase()}-${100_000 + number}`;
  const id = orderId(seller.id, 'sale', reference, await desk.orderIdForm());
  if ((await desk.load(Order, id)).status !== 'none') return;
  const { id: packageId } = DEMO_PACKAGES[(number * PACKAGE_STRIDE) % DEMO_PACKAGES.length]!;
  const { publicId } = await desk.load(Package, packageId);
  const byReservation = number % BY_RESERVATION_EVERY === 0;
  const sold = byReservation
    ? await reserveAndConfirm(desk, { seller, publicId, reference, number }, counts)
    : await buy(desk, { seller, publicId, reference });
  if (!sold) {
    counts.refused += 1;
    return;
  }
  counts.sales += 1;
  const kind = number % REFUNDED_EVERY === 0 ? 'refund' : number % ANNULLED_EVERY === 0 ? 'annulment' : null;
  if (kind === null) return;
  const reason = kind === 'refund' ? 'customer changed their mind' : 'code did not work';
  await desk.run(new RefundOrder(context(desk, seller), { orderId: id, kind, reason }));
  counts.refunds += 1;
}

interface Sale {
  readonly seller: Seller;
  readonly publicId: number;
  readonly reference: string;
}

const context = (desk: DemoDesk, { id }: Seller) => ({
  ...desk.context(),
  actor: { kind: 'partner', id } as const,
});

/** False if the partner's money did not suffice: that happens to prepaid partners. */
async function buy(desk: DemoDesk, { seller, publicId, reference }: Sale): Promise<boolean> {
  const { currency } = seller.partner;
  const input = { partnerId: seller.id, apiKeyId: null, package: publicId, order: reference };
  const command = new BuyKey(context(desk, seller), { ...input, currency, email: null, language: 'en' });
  return !isRejection(await desk.bus.execute(command));
}

async function reserveAndConfirm(
  desk: DemoDesk,
  { seller, publicId, reference, number }: Sale & { number: number },
  counts: HistoryCounts,
): Promise<boolean> {
  const { currency } = seller.partner;
  const wanted = { partnerId: seller.id, apiKeyId: null, package: publicId, currency };
  if (number % CANCELLED_FIRST_EVERY === 0) {
    const reserved = await desk.bus.execute(new ReserveKey(context(desk, seller), wanted));
    if (isRejection(reserved)) return false;
    const { keyNumber } = reserved as { keyNumber: string };
    const cancel = { partnerId: seller.id, keyNumber };
    await desk.run(new CancelReservation(context(desk, seller), cancel));
    counts.cancelledReservations += 1;
  }
  const reserved = await desk.bus.execute(new ReserveKey(context(desk, seller), wanted));
  if (isRejection(reserved)) return false;
  const { keyNumber } = reserved as { keyNumber: string };
  const confirm = {
    partnerId: seller.id,
    apiKeyId: null,
    keyNumber,
    order: reference,
    currencies: [currency],
  };
  await desk.run(new ConfirmSale(context(desk, seller), { ...confirm, email: null, language: 'en' }));
  return true;
}
