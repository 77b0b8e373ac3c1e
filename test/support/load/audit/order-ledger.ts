import type {
  OrderClaim,
  OrderEvent,
  SoldUnit,
} from '../../../../src/contexts/ordering/events/order.events.js';
import { unreachable } from '../../../../src/platform/kernel/unreachable.js';
import type { Findings } from './findings.js';
import type { LogEvent } from './log-event.js';

/** An order as the log tells it. */
export interface SeenOrder {
  readonly id: string;
  readonly partner: string;
  readonly reference: string;
  claim: OrderClaim;
  status: 'claimed' | 'confirmed' | 'refused' | 'refunding' | 'refunded' | 'cancelled';
  unit: SoldUnit | null;
  amountMinor: bigint;
  commissionMinor: bigint;
  confirmedAtMs: number;
}

const STEPS = 'an order goes from claim to its end, and is confirmed once';

/** Folds what the orders say, trusting nothing. */
export class OrderLedger {
  readonly orders = new Map<string, SeenOrder>();
  /** `partner reference` → order. */
  readonly byReference = new Map<string, SeenOrder>();

  constructor(private readonly findings: Findings) {
    findings.declare(STEPS);
  }

  apply(event: LogEvent): void {
    if (event.category === 'order') this.applyToOrder(event.id, event as unknown as OrderEvent, event.atMs);
  }

  private applyToOrder(id: string, event: OrderEvent, atMs: number): void {
    if (event.type === 'OrderClaimed') {
      this.claim(id, event.data);
      return;
    }
    const order = this.orders.get(id);
    if (!order) throw new Error(`order ${id} begins with ${event.type}`);
    switch (event.type) {
      case 'OrderConfirmed': {
        const { attempt, units, amount, commission } = event.data;
        this.step(order, ['claimed'], 'confirmed', attempt);
        order.unit = units[0] ?? null;
        order.amountMinor = BigInt(amount);
        order.commissionMinor = BigInt(commission);
        order.confirmedAtMs = atMs;
        return;
      }
      case 'OrderDeliveryRequested':
        this.step(order, ['confirmed'], 'confirmed', event.data.attempt);
        return;
      case 'OrderRefused':
        this.step(order, ['claimed'], 'refused', event.data.attempt);
        return;
      case 'RefundClaimed':
        this.step(order, ['confirmed'], 'refunding');
        return;
      case 'OrderRefunded':
        this.step(order, ['refunding'], 'refunded');
        return;
      case 'OrderCancelled':
        this.step(order, ['refunding'], 'cancelled');
        return;
      case 'ReplacementClaimed':
      case 'ReplacementRefused':
        this.step(order, ['confirmed'], 'confirmed');
        return;
      case 'KeyReplaced':
        this.step(order, ['confirmed'], 'confirmed');
        order.unit = event.data.unit;
        return;
      default:
        unreachable(event);
    }
  }

  private claim(id: string, claim: OrderClaim): void {
    const before = this.orders.get(id);
    const fits = before
      ? before.status === 'refused' && claim.attempt === before.claim.attempt + 1
      : claim.attempt === 1;
    this.findings.check(STEPS, fits, () => `${id}: attempt ${claim.attempt} claimed (${before?.status})`);
    const { partner, reference } = claim;
    const order: SeenOrder = {
      id,
      partner,
      reference,
      claim,
      status: 'claimed',
      unit: null,
      amountMinor: 0n,
      commissionMinor: 0n,
      confirmedAtMs: 0,
    };
    this.orders.set(id, order);
    this.byReference.set(`${partner} ${reference}`, order);
  }

  private step(
    order: SeenOrder,
    from: SeenOrder['status'][],
    to: SeenOrder['status'],
    attempt?: number,
  ): void {
    const fits = from.includes(order.status) && (attempt ?? order.claim.attempt) === order.claim.attempt;
    this.findings.check(STEPS, fits, () => `${order.id} went from ${order.status} to ${to}`);
    order.status = to;
  }
}
