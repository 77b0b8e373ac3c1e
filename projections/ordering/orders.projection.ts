import type { OrderEvent } from '../../src/contexts/ordering/index.js';
import type { Currency } from '../../src/platform/kernel/money.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection, type Projected } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { keyIdOf } from '../inventory/key-ids.js';

export interface OrderUnitDocument {
  readonly unit: number;
  readonly packageId: string;
  readonly productId: string;
  /** Of this unit, minor units; null if there was no rate. */
  readonly amountAzn: string | null;
  /** Key id; null until it is sold, and for units that no key fulfils. */
  readonly keyId: number | null;
}

/** A key that the order no longer has. */
export interface ReplacedKey {
  readonly keyId: number;
  readonly at: string;
}

/**
 * What partners and staff call an order. An attempt that was refused at once, for want of money or stock, is none: its
 * document is deleted. One that nobody finished was pending for a while, and is cancelled when it is undone.
 */
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
  readonly replacedKeys: readonly ReplacedKey[];
  /** Of all units before the order is settled, of those sold afterwards; minor units. */
  readonly amount: string;
  /** The same in AZN; null if one of the units had no rate. */
  readonly amountAzn: string | null;
  readonly commission: string;
  /** Why it was undone, refunded or annulled. */
  readonly reason: string | null;
  readonly createdAt: string;
  readonly confirmedAt: string | null;
  /** Of the cancellation or refund. */
  readonly closedAt: string | null;
  readonly updatedAt: string;
}

type Of<Type extends OrderEvent['type']> = Projected<Extract<OrderEvent, { type: Type }>>;

// Loops where others would map: every sale is folded here, see `Fold`.

function sumMinor(amounts: readonly string[]): string {
  if (amounts.length === 1) return amounts[0]!;
  let sum = 0n;
  for (const amount of amounts) sum += BigInt(amount);
  return sum.toString();
}

/** Null if one of them is unknown. */
function sumKnown(amounts: readonly (string | null)[]): string | null {
  return amounts.includes(null) ? null : sumMinor(amounts as readonly string[]);
}

/** A first attempt, or another one after a refusal: the latest counts. */
function claimed(before: OrderDocument | null, { data, id, at }: Of<'OrderClaimed'>): OrderDocument {
  const units: OrderUnitDocument[] = [];
  const prices: string[] = [];
  const amountsAzn: (string | null)[] = [];
  for (const { facts, units: planned } of data.lines) {
    const { package: packageId, product: productId, price } = facts;
    const amountAzn = facts.amountAzn?.amount ?? null;
    for (const { unit } of planned) {
      units.push({ unit, packageId, productId, amountAzn, keyId: null });
      prices.push(price.amount);
      amountsAzn.push(amountAzn);
    }
  }
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
    replacedKeys: [],
    amount: sumMinor(prices),
    amountAzn: sumKnown(amountsAzn),
    commission: '0',
    reason: null,
    createdAt: before?.createdAt ?? at,
    confirmedAt: null,
    closedAt: null,
    updatedAt: at,
  };
}

function confirmed(order: OrderDocument, { data, at }: Of<'OrderConfirmed'>): OrderDocument {
  const sold = new Map<number, number>();
  for (const unit of data.units) sold.set(unit.unit, keyIdOf(unit.lot, unit.slot));
  const units: OrderUnitDocument[] = [];
  const amountsAzn: (string | null)[] = [];
  for (const unit of order.units) {
    const keyId = sold.get(unit.unit) ?? null;
    units.push({ ...unit, keyId });
    if (keyId !== null) amountsAzn.push(unit.amountAzn);
  }
  return {
    ...order,
    status: 'confirmed',
    units,
    amount: data.amount,
    amountAzn: sumKnown(amountsAzn),
    commission: data.commission,
    confirmedAt: at,
    updatedAt: at,
  };
}

function replaced(order: OrderDocument, { data, at }: Of<'KeyReplaced'>): OrderDocument {
  const by = data.unit;
  const faulty = order.units.find(({ unit }) => unit === by.unit)?.keyId ?? null;
  const units = order.units.map((unit) =>
    unit.unit === by.unit ? { ...unit, keyId: keyIdOf(by.lot, by.slot) } : unit,
  );
  const replacedKeys = faulty === null ? [] : [{ keyId: faulty, at }];
  return { ...order, units, replacedKeys: [...order.replacedKeys, ...replacedKeys], updatedAt: at };
}

/** The reason that undoing a pending order leaves. */
const UNDONE = 'Abandoned';

const HANDLED = [
  'OrderClaimed',
  'OrderConfirmed',
  'OrderRefused',
  'RefundClaimed',
  'OrderRefunded',
  'OrderCancelled',
  'KeyReplaced',
] as const;

export const orders = defineProjection<
  OrderDocument,
  Extract<OrderEvent, { type: (typeof HANDLED)[number] }>
>({
  name: 'orders',
  version: 3,
  indexes: [['id'], ['createdAt'], ['partnerId', 'createdAt'], ['status', 'createdAt'], ['reference']],
  handles: { order: HANDLED },
  keysOf: (event) => event.id,
  evolve(order, event) {
    if (event.type === 'OrderClaimed') return claimed(order, event);
    if (!order) return null;
    const { at } = event;
    switch (event.type) {
      case 'OrderConfirmed':
        return confirmed(order, event);
      case 'OrderRefused':
        if (event.data.reason !== UNDONE) return null;
        return { ...order, status: 'cancelled', reason: UNDONE, closedAt: at, updatedAt: at };
      case 'RefundClaimed':
        return { ...order, reason: event.data.reason, updatedAt: at };
      case 'OrderRefunded':
        return { ...order, status: 'refunded', closedAt: at, updatedAt: at };
      case 'OrderCancelled':
        return { ...order, status: 'cancelled', closedAt: at, updatedAt: at };
      case 'KeyReplaced':
        return replaced(order, event);
      default:
        return unreachable(event);
    }
  },
});
