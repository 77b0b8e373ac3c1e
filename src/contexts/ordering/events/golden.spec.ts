import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import { Order } from '../domain/order.js';
import type { OrderEvent } from './order.events.js';

/** A stored sample, exactly as the log holds it. */
const sample = (type: OrderEvent['type']): OrderEvent =>
  JSON.parse(readFileSync(join(__dirname, 'golden', `${type}.v1.json`), 'utf8')) as OrderEvent;

// Complete by type: an event without a sample does not compile, one without a file does not run.
const order = {
  OrderClaimed: sample('OrderClaimed'),
  OrderConfirmed: sample('OrderConfirmed'),
  OrderRefused: sample('OrderRefused'),
  RefundClaimed: sample('RefundClaimed'),
  OrderRefunded: sample('OrderRefunded'),
  OrderCancelled: sample('OrderCancelled'),
} satisfies Record<OrderEvent['type'], OrderEvent>;

describe('the stored samples fold into', () => {
  it('a claim with everything that finishing it needs', () => {
    const { status, claim } = foldEvents(Order, [order.OrderClaimed]);
    expect(status).toBe('claimed');
    expect(claim).toMatchObject({
      attempt: 1,
      reference: expect.stringMatching(/^PAY-2026-00/),
      wallet: '01900000-0000-7000-8000-00000000000a.main.AZN',
      currency: 'AZN',
      email: null,
    });
    const line = claim!.lines[0]!;
    expect(line.facts.price).toEqual({ amount: '1000', currency: 'AZN' });
    expect(line.facts.commission).toEqual({ amount: '30', currency: 'AZN' });
    expect(line.units[0]!.source).toMatchObject({ kind: 'stock', lot: 1 });
  });

  it('every end that an order can come to', () => {
    const confirmed = foldEvents(Order, [order.OrderClaimed, order.OrderConfirmed]);
    expect(confirmed).toMatchObject({ status: 'confirmed', amount: '1000', commission: '30' });
    expect(confirmed.units).toEqual([expect.objectContaining({ unit: 1, lot: 1 })]);
    expect(foldEvents(Order, [order.OrderClaimed, order.OrderRefused])).toMatchObject({
      status: 'refused',
      refusal: 'LotEmpty',
    });
    const refunding = [order.OrderClaimed, order.OrderConfirmed, order.RefundClaimed];
    expect(foldEvents(Order, refunding).status).toBe('refunding');
    expect(foldEvents(Order, [...refunding, order.OrderRefunded]).status).toBe('refunded');
    expect(foldEvents(Order, [...refunding, order.OrderCancelled]).status).toBe('cancelled');
  });
});
