import type { OrderEvent } from '../../src/contexts/ordering/index.js';
import type { Currency, StoredMoney } from '../../src/platform/kernel/money.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection, type Projected } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

export interface OrderUnitDocument {
  readonly unit: number;
  readonly packageId: string;
  readonly productId: string;
  readonly supplierId: string;
  readonly listPrice: StoredMoney;
  readonly price: StoredMoney;
  readonly amountAzn: StoredMoney | null;
  readonly unitCost: StoredMoney | null;
  /** Key id; null until it is sold, and for units that no key fulfils. */
  readonly keyId: number | null;
}

export interface OrderDocument extends ReadDocument {
  readonly id: number;
  readonly status: 'pending' | 'confirmed' | 'cancelled' | 'refunded';
  /** The partner's own order id. */
  readonly reference: string;
  readonly partnerId: string;
  readonly apiKeyId: string | null;
  readonly surface: string;
  readonly currency: Currency;
  readonly units: readonly OrderUnitDocument[];
  /** Of all units before the order is settled, of those sold afterwards; minor units. */
  readonly amount: string;
  /** The same in AZN; null if one of the units had no rate. */
  readonly amountAzn: string | null;
  readonly commission: string;
  /** Why it was refused, refunded or annulled. */
  readonly reason: string | null;
  readonly createdAt: string;
  readonly confirmedAt: string | null;
  /** Of the cancellation or refund. */
  readonly closedAt: string | null;
  readonly updatedAt: string;
}

type Of<Type extends OrderEvent['type']> = Projected<Extract<OrderEvent, { type: Type }>>;

const sumMinor = (amounts: readonly string[]): string =>
  amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString();

function aznOf(units: readonly OrderUnitDocument[]): string | null {
  const amounts = units.map(({ amountAzn }) => amountAzn?.amount ?? null);
  return amounts.includes(null) ? null : sumMinor(amounts as string[]);
}

/** A first attempt, or another one after a refusal: the latest counts. */
function claimed(before: OrderDocument | null, { data, id, at }: Of<'OrderClaimed'>): OrderDocument {
  const units = data.lines.flatMap(({ facts, units: planned }) =>
    planned.map(
      ({ unit, unitCost }): OrderUnitDocument => ({
        unit,
        packageId: facts.package,
        productId: facts.product,
        supplierId: facts.supplier,
        listPrice: facts.listPrice,
        price: facts.price,
        amountAzn: facts.amountAzn,
        unitCost,
        keyId: null,
      }),
    ),
  );
  return {
    _id: id,
    id: data.publicId,
    status: 'pending',
    reference: data.reference,
    partnerId: data.partner,
    apiKeyId: data.apiKey,
    surface: data.surface,
    currency: data.currency,
    units,
    amount: sumMinor(units.map(({ price }) => price.amount)),
    amountAzn: aznOf(units),
    commission: '0',
    reason: null,
    createdAt: before?.createdAt ?? at,
    confirmedAt: null,
    closedAt: null,
    updatedAt: at,
  };
}

const KEYS_PER_LOT = 1000;

function confirmed(order: OrderDocument, { data, at }: Of<'OrderConfirmed'>): OrderDocument {
  const sold = new Map(data.units.map(({ unit, lot, slot }) => [unit, lot * KEYS_PER_LOT + slot]));
  const units = order.units.map((unit) => ({ ...unit, keyId: sold.get(unit.unit) ?? null }));
  return {
    ...order,
    status: 'confirmed',
    units,
    amount: data.amount,
    amountAzn: aznOf(units.filter(({ unit }) => sold.has(unit))),
    commission: data.commission,
    confirmedAt: at,
    updatedAt: at,
  };
}

export const orders = defineProjection<OrderDocument, OrderEvent>({
  name: 'orders',
  version: 2,
  indexes: [['id'], ['partnerId', 'id'], ['status', 'id'], ['reference']],
  handles: {
    order: [
      'OrderClaimed',
      'OrderConfirmed',
      'OrderRefused',
      'RefundClaimed',
      'OrderRefunded',
      'OrderCancelled',
    ],
  },
  keysOf: (event) => event.id,
  evolve(order, event) {
    if (event.type === 'OrderClaimed') return claimed(order, event);
    if (!order) return null;
    const { at } = event;
    switch (event.type) {
      case 'OrderConfirmed':
        return confirmed(order, event);
      case 'OrderRefused':
        return { ...order, status: 'cancelled', reason: event.data.reason, closedAt: at, updatedAt: at };
      case 'RefundClaimed':
        return { ...order, reason: event.data.reason, updatedAt: at };
      case 'OrderRefunded':
        return { ...order, status: 'refunded', closedAt: at, updatedAt: at };
      case 'OrderCancelled':
        return { ...order, status: 'cancelled', closedAt: at, updatedAt: at };
      default:
        return unreachable(event);
    }
  },
});
