import { demoId } from '../../src/composition/demo/demo-desk.js';
import { foldProjection, type GivenEvent } from '../../test/support/fold-projection.js';
import { DEMO_PACKAGE_PREFIX } from './sale-figures.js';
import { type SalesDayDocument, salesByDay } from './sales-by-day.projection.js';
import { type SalesTotalDocument, salesTotals } from './sales-totals.projection.js';

const unit = (product: string, price: string, azn: string | null = price) => ({
  package: `package of ${product}`,
  product,
  price,
  azn,
});

function sale(type: string, partner: string, confirmedAt: string, ...units: object[]): GivenEvent {
  const data = { amount: '0', sale: { partner, currency: 'AZN', confirmedAt, units } };
  return { stream: `order-${partner}${confirmedAt}`, type, data };
}

const NOON = '2026-03-01T12:00:00.000Z';
const SALES = [
  sale('OrderConfirmed', 'p', NOON, unit('g', '1000')),
  sale('OrderConfirmed', 'p', '2026-03-01T12:14:59.999Z', unit('h', '500')),
  sale('OrderConfirmed', 'q', '2026-03-01T12:15:00.000Z', unit('g', '9007199254740993')),
  sale('OrderConfirmed', 'p', '2026-03-02T00:00:00.000Z', unit('g', '10', null)),
];
const figures = (confirmed: number, amount: string, more: object = {}) => ({
  ...{ confirmed, cancelled: 0, refunded: 0, amount, azn: amount },
  ...more,
});

const days = (...more: GivenEvent[]): Record<string, unknown> =>
  Object.fromEntries(
    foldProjection<SalesDayDocument>(salesByDay, [...SALES, ...more]).map(({ _id, quarters }) => [
      _id,
      quarters,
    ]),
  );
const totals = (...more: GivenEvent[]): Record<string, unknown> =>
  Object.fromEntries(
    foldProjection<SalesTotalDocument>(salesTotals, [...SALES, ...more]).map((total) => [
      `${total.partnerId} ${total.productId}`,
      total.figures,
    ]),
  );

describe('sales', () => {
  it('are counted by quarter of an hour, for all partners and for each', () => {
    expect(days()).toEqual({
      'all|2026-03-01|AZN|': { 48: figures(2, '1500'), 49: figures(1, '9007199254740993') },
      'p|2026-03-01|AZN|': { 48: figures(2, '1500') },
      'q|2026-03-01|AZN|': { 49: figures(1, '9007199254740993') },
      'all|2026-03-02|AZN|': { 0: figures(1, '10', { azn: '0' }) },
      'p|2026-03-02|AZN|': { 0: figures(1, '10', { azn: '0' }) },
    });
  });

  it('are counted by partner and product', () => {
    expect(totals()).toEqual({
      'null null': figures(4, '9007199254742503', { azn: '9007199254742493' }),
      'p null': figures(3, '1510', { azn: '1500' }),
      'p g': figures(2, '1010', { azn: '1000' }),
      'p h': figures(1, '500'),
      'q null': figures(1, '9007199254740993'),
      'q g': figures(1, '9007199254740993'),
    });
  });

  it('that are given back correct the day of their confirmation, whenever that happens', () => {
    const refunded = days(sale('OrderRefunded', 'p', NOON, unit('g', '1000')));
    expect(refunded['p|2026-03-01|AZN|']).toEqual({ 48: figures(1, '500', { refunded: 1 }) });
    const cancelled = totals(sale('OrderCancelled', 'p', NOON, unit('g', '1000')));
    expect(cancelled['p g']).toEqual(figures(1, '10', { azn: '0', cancelled: 1 }));
    expect(cancelled['null null']).toMatchObject({ confirmed: 3, cancelled: 1 });
  });

  it('of the demo shop are counted apart', () => {
    expect(demoId('package', 7).startsWith(DEMO_PACKAGE_PREFIX)).toBe(true);
    const demo = { ...unit('g', '5'), package: demoId('package', 7) };
    const counted = days(sale('OrderConfirmed', 'p', NOON, demo));
    expect(counted['p|2026-03-01|AZN|demo']).toEqual({ 48: figures(1, '5') });
    expect(counted['p|2026-03-01|AZN|']).toEqual({ 48: figures(2, '1500') });
  });

  it('from before events carried their figures are counted by what was claimed and sold', () => {
    const of = (type: string, data: object): GivenEvent => ({ stream: 'order-old', type, data });
    const facts = (product: string, amount: string, azn: string | null) => {
      const amountAzn = azn === null ? null : { amount: azn, currency: 'AZN' };
      return { package: 'a', product, price: { amount, currency: 'USD' }, amountAzn };
    };
    const claimed = (attempt: number) =>
      of('OrderClaimed', {
        ...{ attempt, partner: 'r', currency: 'USD' },
        lines: [
          { facts: facts('g', `${attempt}00`, '170'), units: [{ unit: 1 }, { unit: 2 }] },
          { facts: facts('h', '30', null), units: [{ unit: 3 }] },
        ],
      });
    const refused = of('OrderRefused', { attempt: 1, reason: 'Abandoned' });
    const confirmed = of('OrderConfirmed', { attempt: 2, units: [{ unit: 2 }, { unit: 3 }], amount: '230' });
    const sold = [claimed(1), refused, claimed(2), confirmed];
    const counted = days(...sold);
    expect(counted['r|2026-01-01|USD|']).toEqual({ 0: figures(1, '230', { azn: '170' }) });
    expect(counted['all|2026-01-01|USD|']).toEqual(counted['r|2026-01-01|USD|']);
    expect(totals(...sold)).toMatchObject({
      'r g': figures(1, '200', { azn: '170' }),
      'r h': figures(1, '30', { azn: '0' }),
    });
    const back = of('OrderRefunded', { amount: '230' });
    expect(totals(...sold, back)['r null']).toEqual(figures(0, '0', { refunded: 1 }));
  });
});
