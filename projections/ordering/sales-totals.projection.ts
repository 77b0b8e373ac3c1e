import type { SaleFigures } from '../../src/contexts/ordering/index.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { COUNTED, type CountedEvent, counted, type Figures, isDemo } from './sale-figures.js';
import { saleOfOrder } from './sale-of-order.js';

/** All sales ever in one currency: of everybody, of one partner, and of one product to one partner. */
export interface SalesTotalDocument extends ReadDocument {
  /** Null: of all partners together. */
  readonly partnerId: string | null;
  /** Null: of all products together. */
  readonly productId: string | null;
  readonly currency: string;
  readonly demo: boolean;
  readonly figures: Figures;
}

const keyOf = (partner: string, product: string, sale: SaleFigures): string =>
  `${partner}|${product}|${sale.currency}|${isDemo(sale) ? 'demo' : ''}`;

function totalOf(id: string, sale: SaleFigures): Omit<SalesTotalDocument, 'figures'> {
  const [partner, product] = id.split('|');
  const { currency } = sale;
  return { _id: id, partnerId: partner || null, productId: product || null, currency, demo: isDemo(sale) };
}

function unitsOf(sale: SaleFigures, productId: string): SaleFigures['units'] {
  const units = [];
  for (const unit of sale.units) if (unit.product === productId) units.push(unit);
  return units;
}

export const salesTotals = defineProjection<SalesTotalDocument, CountedEvent>({
  name: 'sales-totals',
  version: 2,
  indexes: [['partnerId', 'productId']],
  handles: { order: COUNTED },
  completion: saleOfOrder,
  keysOf({ data: { sale } }) {
    const keys = new Set([keyOf('', '', sale), keyOf(sale.partner, '', sale)]);
    for (const { product } of sale.units) keys.add(keyOf(sale.partner, product, sale));
    return [...keys];
  },
  evolve(before, { type, data: { sale } }, id) {
    const total = before ?? totalOf(String(id), sale);
    const { _id, partnerId, productId, currency, demo } = total;
    const units = productId ? unitsOf(sale, productId) : sale.units;
    const figures = counted(before?.figures, type, units);
    return { _id, partnerId, productId, currency, demo, figures };
  },
});
