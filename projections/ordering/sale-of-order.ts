import type { OrderEvent, SaleFigures } from '../../src/contexts/ordering/index.js';
import type { DomainEvent } from '../../src/platform/kernel/aggregate.js';
import type { Completion, Projected } from '../../src/platform/projections/projection.js';
import type { CountedEvent } from './sale-figures.js';

type Of<Type extends OrderEvent['type']> = Projected<Extract<OrderEvent, { type: Type }>>;

const isOf = <Type extends OrderEvent['type']>(event: DomainEvent, type: Type): event is Of<Type> =>
  event.type === type;

/** What the sale's confirmation would carry today: the units that were sold, as its claim says. */
function figuresOf({ data, at }: Of<'OrderConfirmed'>, earlier: readonly DomainEvent[]): SaleFigures {
  const claim = earlier.findLast(
    (event): event is Of<'OrderClaimed'> =>
      isOf(event, 'OrderClaimed') && event.data.attempt === data.attempt,
  );
  if (!claim) throw new Error('a sale was confirmed that nobody claimed');
  const sold = new Set(data.units.map(({ unit }) => unit));
  return {
    partner: claim.data.partner,
    currency: claim.data.currency,
    confirmedAt: at,
    units: claim.data.lines.flatMap(({ facts, units }) =>
      units
        .filter(({ unit }) => sold.has(unit))
        .map(() => ({
          package: facts.package,
          product: facts.product,
          price: facts.price.amount,
          azn: facts.amountAzn?.amount ?? null,
        })),
    ),
  };
}

/** Confirmations and refunds did not always carry the sale: it is taken from the order's claim. */
export const saleOfOrder: Completion<CountedEvent> = {
  lacks: ({ data }) => !('sale' in data),
  complete(event, earlier) {
    const confirmed = [...earlier, event].find((one): one is Of<'OrderConfirmed'> =>
      isOf(one, 'OrderConfirmed'),
    );
    if (!confirmed) throw new Error('a sale was undone that nobody confirmed');
    const sale = confirmed.data.sale ?? figuresOf(confirmed, earlier);
    return { ...event, data: { ...event.data, sale } };
  },
};
