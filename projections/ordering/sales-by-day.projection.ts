import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { COUNTED, type CountedEvent, counted, type Figures, isDemo } from './sale-figures.js';
import { saleOfOrder } from './sale-of-order.js';

/** Sales that were confirmed on one day (UTC) in one currency: of one partner, or of all of them. */
export interface SalesDayDocument extends ReadDocument {
  /** Null: of all partners together. */
  readonly partnerId: string | null;
  readonly currency: string;
  readonly demo: boolean;
  /** `2026-03-01` */
  readonly day: string;
  /** By quarter of an hour, 0 to 95: every time zone begins its days at one of them. */
  readonly quarters: Readonly<Record<number, Figures>>;
}

const DAY_LENGTH = '2026-03-01'.length;
const MINUTES = 60;
const MINUTES_PER_QUARTER = 15;

/** Of a UTC ISO time. */
function quarterOf(at: string): number {
  const minutes = Number(at.slice(11, 13)) * MINUTES + Number(at.slice(14, 16));
  return Math.floor(minutes / MINUTES_PER_QUARTER);
}

const ALL = 'all';

export const salesByDay = defineProjection<SalesDayDocument, CountedEvent>({
  name: 'sales-by-day',
  version: 2,
  indexes: [['partnerId', 'day']],
  handles: { order: COUNTED },
  completion: saleOfOrder,
  keysOf({ data: { sale } }) {
    const { partner, currency, confirmedAt } = sale;
    const rest = `${confirmedAt.slice(0, DAY_LENGTH)}|${currency}|${isDemo(sale) ? 'demo' : ''}`;
    return [`${ALL}|${rest}`, `${partner}|${rest}`];
  },
  evolve(before, { type, data: { sale } }, id) {
    const quarter = quarterOf(sale.confirmedAt);
    if (before) {
      const { _id, partnerId, currency, demo, day } = before;
      const quarters = { ...before.quarters, [quarter]: counted(before.quarters[quarter], type, sale.units) };
      return { _id, partnerId, currency, demo, day, quarters };
    }
    return {
      _id: id,
      partnerId: String(id).startsWith(`${ALL}|`) ? null : sale.partner,
      currency: sale.currency,
      demo: isDemo(sale),
      day: sale.confirmedAt.slice(0, DAY_LENGTH),
      quarters: { [quarter]: counted(undefined, type, sale.units) },
    };
  },
});
