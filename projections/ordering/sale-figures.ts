import type { SaleFigures } from '../../src/contexts/ordering/index.js';
import type { DomainEvent } from '../../src/platform/kernel/aggregate.js';

/** The events that count a sale, or uncount it. */
export const COUNTED = ['OrderConfirmed', 'OrderRefunded', 'OrderCancelled'] as const;
/** As `saleOfOrder` completes them. */
export type CountedEvent = DomainEvent<(typeof COUNTED)[number], { readonly sale: SaleFigures }>;

/**
 * Orders by what became of them, and the money of those that still stand. A refund or annulment corrects the day on
 * which the order was confirmed: a day's figures are those of its orders as they are now.
 */
export interface Figures {
  readonly confirmed: number;
  readonly cancelled: number;
  readonly refunded: number;
  /** Minor units of the currency. */
  readonly amount: string;
  /** In AZN at the recorded rates; what had none is left out. */
  readonly azn: string;
}

const NOTHING: Figures = { confirmed: 0, cancelled: 0, refunded: 0, amount: '0', azn: '0' };

interface Counted {
  readonly price: string;
  readonly azn: string | null;
}

/** Whole numbers of so many digits are exact as numbers, with which adding is several times faster. */
const EXACT_DIGITS = 15;

function plus(sum: string, amount: string, sign: 1 | -1): string {
  if (sum.length <= EXACT_DIGITS && amount.length <= EXACT_DIGITS) {
    return String(Number(sum) + sign * Number(amount));
  }
  return (BigInt(sum) + BigInt(sign) * BigInt(amount)).toString();
}

/** The figures with one order more, or with one that stood and now does not; `units` is what is counted of it. */
export function counted(
  figures: Figures = NOTHING,
  type: CountedEvent['type'],
  units: readonly Counted[],
): Figures {
  const sign = type === 'OrderConfirmed' ? 1 : -1;
  let { amount, azn } = figures;
  for (const unit of units) {
    amount = plus(amount, unit.price, sign);
    if (unit.azn !== null) azn = plus(azn, unit.azn, sign);
  }
  const { confirmed, cancelled, refunded } = figures;
  return {
    confirmed: confirmed + sign,
    cancelled: type === 'OrderCancelled' ? cancelled + 1 : cancelled,
    refunded: type === 'OrderRefunded' ? refunded + 1 : refunded,
    amount,
    azn,
  };
}

/** Packages of the demo shop have fixed ids that begin so; its figures are kept apart, as it can be removed. */
export const DEMO_PACKAGE_PREFIX = '00000000-0000-7000-8000-d4';

export function isDemo({ units }: { readonly units: readonly { readonly package: string }[] }): boolean {
  for (const unit of units) if (unit.package.startsWith(DEMO_PACKAGE_PREFIX)) return true;
  return false;
}
