import { atOf, foldProjection, type GivenEvent } from '../test/support/fold-projection.js';
import { type OrderDocument, orders } from './ordering/orders.projection.js';
import { rates } from './pricing/rates.projection.js';
import { type BalanceDocument, balances } from './wallets/balances.projection.js';
import { type MovementSumDocument, movementSums } from './wallets/movement-sums.projection.js';
import { type MovementDocument, movements } from './wallets/movements.projection.js';

const wallet = (type: string, data: object): GivenEvent => ({
  stream: 'wallet-par.main.AZN',
  type,
  data: { currency: 'AZN', ...data },
});

const SALE = [
  wallet('FundsCredited', { operation: 'topup:1', amount: '10000', counter: 'topups', reference: 'INV-1' }),
  wallet('FundsHeld', { hold: { kind: 'sale', key: 'sale:o:1' }, amount: '2550', deadline: 'x' }),
  wallet('FundsCaptured', {
    hold: 'sale:o:1',
    amount: '2000',
    released: '550',
    counter: 'sales',
    order: 'o',
    attempt: 1,
  }),
  wallet('FundsCredited', { operation: 'commission:o:1', amount: '20', counter: 'commissions', order: 'o' }),
];

describe('a balance', () => {
  const balance = (events: number): BalanceDocument =>
    foldProjection<BalanceDocument>(balances, SALE.slice(0, events))[0]!;

  it('is less what is held', () => {
    expect(balance(2)).toMatchObject({ ownerId: 'par', purpose: 'main', currency: 'AZN' });
    expect(balance(2)).toMatchObject({ posted: '10000', held: '2550', available: '7450' });
  });

  it('pays what is captured and gets the rest of the hold back', () => {
    expect(balance(3)).toMatchObject({ posted: '8000', held: '0', available: '8000' });
    expect(balance(4)).toMatchObject({ posted: '8020', held: '0', available: '8020' });
  });

  it('is as before when a hold is released', () => {
    const events = [...SALE.slice(0, 2), wallet('FundsReleased', { hold: 'sale:o:1', amount: '2550' })];
    expect(foldProjection(balances, events)[0]).toMatchObject({ posted: '10000', held: '0' });
  });
});

it('a statement has a line for each movement, in order, none for holds, and adds up to the balance', () => {
  const lines = foldProjection<MovementDocument>(movements, SALE);
  expect(
    lines.map(({ amount, counter, orderId, reference }) => [amount, counter, orderId, reference]),
  ).toEqual([
    ['10000', 'topups', null, 'INV-1'],
    ['-2000', 'sales', 'o', null],
    ['20', 'commissions', 'o', null],
  ]);
  expect(lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n)).toBe(8020n);
});

it('the sums of stretches of a wallet come to its balance', () => {
  const many = Array.from({ length: 700 }, () => SALE).flat();
  const sums = foldProjection<MovementSumDocument>(movementSums, many);
  expect(sums.map(({ stretch }) => stretch)).toEqual([0, 1, 2]);
  expect(sums.reduce((sum, one) => sum + BigInt(one.sum), 0n)).toBe(700n * 8020n);
});

const money = (amount: string) => ({ amount, currency: 'AZN' });
const claim = (attempt: number, publicId: number, azn: object | null = money('2550')): GivenEvent => ({
  stream: 'order-par-sale-hash',
  type: 'OrderClaimed',
  data: {
    attempt,
    publicId,
    partner: 'par',
    apiKey: null,
    reference: 'PAY-1',
    surface: 'terminal-v1',
    currency: 'AZN',
    lines: [
      {
        line: 1,
        facts: {
          package: 'pkg',
          product: 'prd',
          supplier: 'sup',
          listPrice: money('2500'),
          price: money('2550'),
          amountAzn: azn,
        },
        units: [{ unit: 1, source: { kind: 'stock', lot: 7, lotRevision: 1 }, unitCost: money('2000') }],
      },
    ],
  },
});
const order = (type: string, data: object): GivenEvent => ({ stream: 'order-par-sale-hash', type, data });
const CONFIRMED = order('OrderConfirmed', {
  attempt: 1,
  units: [{ unit: 1, lot: 7, slot: 3, keyNumber: 7003 }],
  amount: '2550',
  commission: '0',
});

describe('an order', () => {
  const folded = (...events: GivenEvent[]): OrderDocument =>
    foldProjection<OrderDocument>(orders, events)[0]!;

  it('is pending once it is claimed, with its price', () => {
    expect(folded(claim(1, 12))).toMatchObject({
      _id: 'par-sale-hash',
      id: 12,
      status: 'pending',
      reference: 'PAY-1',
      partnerId: 'par',
      amount: '2550',
      amountAzn: '2550',
      createdAt: atOf(0),
      confirmedAt: null,
    });
  });

  it('is confirmed with the key that was sold', () => {
    expect(folded(claim(1, 12), CONFIRMED)).toMatchObject({
      status: 'confirmed',
      confirmedAt: atOf(1),
      units: [{ unit: 1, keyId: 7003 }],
    });
  });

  it('is none when it was refused, and pending when the partner tries again', () => {
    const refused = order('OrderRefused', { attempt: 1, reason: 'OutOfStock' });
    expect(foldProjection(orders, [claim(1, 12), refused])).toEqual([]);
    expect(folded(claim(1, 12), refused, claim(2, 12))).toMatchObject({ id: 12, status: 'pending' });
  });

  it('is cancelled when nobody finished it', () => {
    const undone = order('OrderRefused', { attempt: 1, reason: 'Abandoned' });
    expect(folded(claim(1, 12), undone)).toMatchObject({ status: 'cancelled', closedAt: atOf(1) });
    expect(folded(claim(1, 12), undone, claim(2, 12))).toMatchObject({
      status: 'pending',
      reason: null,
      closedAt: null,
      createdAt: atOf(0),
    });
  });

  it('has the other key once a key was replaced', () => {
    const replaced = order('KeyReplaced', {
      attempt: 2,
      unit: { unit: 1, lot: 8, slot: 0, keyNumber: 8000 },
      unitCost: money('2100'),
    });
    expect(folded(claim(1, 12), CONFIRMED, replaced)).toMatchObject({
      status: 'confirmed',
      units: [{ unit: 1, keyId: 8000 }],
      replacedKeys: [{ keyId: 7003, at: atOf(2) }],
    });
  });

  it('is refunded or annulled after it was confirmed', () => {
    const asked = order('RefundClaimed', { kind: 'refund', reason: 'faulty', amount: '2550' });
    expect(folded(claim(1, 12), CONFIRMED, asked)).toMatchObject({ status: 'confirmed', reason: 'faulty' });
    const done = folded(claim(1, 12), CONFIRMED, asked, order('OrderRefunded', { amount: '2550' }));
    expect(done).toMatchObject({ status: 'refunded', reason: 'faulty', closedAt: atOf(3) });
    expect(folded(claim(1, 12), CONFIRMED, order('OrderCancelled', { amount: '2550' })).status).toBe(
      'cancelled',
    );
  });

  it('has no amount in AZN where there was no rate', () => {
    expect(folded(claim(1, 12, null)).amountAzn).toBeNull();
  });

  describe('of several units', () => {
    const line = (product: string, price: string, azn: string | null, ...units: number[]) => ({
      line: units[0],
      facts: {
        ...{ package: `package of ${product}`, product, supplier: 'sup', listPrice: money(price) },
        ...{ price: money(price), amountAzn: azn === null ? null : money(azn) },
      },
      units: units.map((unit) => ({
        unit,
        source: { kind: 'stock', lot: 7, lotRevision: 1 },
        unitCost: null,
      })),
    });
    const { data } = claim(1, 12);
    const claimed = (azn: string | null) =>
      order('OrderClaimed', {
        ...(data as object),
        lines: [line('g', '1000', '1700', 1, 2), line('h', '500', azn, 3)],
      });
    const sold = (...units: number[]) =>
      order('OrderConfirmed', {
        attempt: 1,
        units: units.map((unit) => ({ unit, lot: 7, slot: unit, keyNumber: 7000 + unit })),
        amount: String(units.length * 500),
        commission: '30',
      });

    it('costs what all of them do while it is pending', () => {
      expect(folded(claimed('850'))).toMatchObject({ amount: '2500', amountAzn: '4250', commission: '0' });
      expect(folded(claimed(null))).toMatchObject({ amount: '2500', amountAzn: null });
      expect(folded(claimed('850')).units).toEqual([
        { unit: 1, packageId: 'package of g', productId: 'g', amountAzn: '1700', keyId: null },
        { unit: 2, packageId: 'package of g', productId: 'g', amountAzn: '1700', keyId: null },
        { unit: 3, packageId: 'package of h', productId: 'h', amountAzn: '850', keyId: null },
      ]);
    });

    it('costs what was sold of it afterwards', () => {
      const some = folded(claimed(null), sold(1, 2));
      expect(some).toMatchObject({ amount: '1000', amountAzn: '3400', commission: '30' });
      expect(some.units.map(({ keyId }) => keyId)).toEqual([7001, 7002, null]);
      expect(folded(claimed(null), sold(1, 3)).amountAzn).toBeNull();
    });

    it('has another key for the one unit of which it was replaced', () => {
      const unit = { unit: 2, lot: 8, slot: 0, keyNumber: 8000 };
      const replaced = folded(claimed('850'), sold(1, 2, 3), order('KeyReplaced', { attempt: 2, unit }));
      expect(replaced.units.map(({ keyId }) => keyId)).toEqual([7001, 8000, 7003]);
      expect(replaced.replacedKeys).toEqual([{ keyId: 7002, at: atOf(2) }]);
    });
  });
});

it('rates keep what is not named, and null takes one away', () => {
  const set = (named: object): GivenEvent => ({
    stream: 'rates-azn',
    type: 'RatesSet',
    data: { rates: named, source: 'manual' },
  });
  const [document] = foldProjection(rates, [
    set({ USD: '1.7', EUR: '1.8' }),
    set({ USD: '1.71', TRY: '0.04' }),
    set({ EUR: null }),
  ]);
  expect(document).toMatchObject({ rates: { USD: { azn: '1.71', at: atOf(1) }, TRY: { azn: '0.04' } } });
  expect(document).not.toHaveProperty('rates.EUR');
});
