import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import { Order } from '../domain/order.js';
import type { OrderEvent } from './order.events.js';

/** A stored sample, exactly as the log holds it. */
const sample = (type: OrderEvent['type'], variant = ''): OrderEvent =>
  JSON.parse(readFileSync(join(__dirname, 'golden', `${type}.v1${variant}.json`), 'utf8')) as OrderEvent;

// Complete by type: an event without a sample does not compile, one without a file does not run.
const order = {
  OrderClaimed: sample('OrderClaimed'),
  OrderConfirmed: sample('OrderConfirmed'),
  OrderDeliveryRequested: sample('OrderDeliveryRequested'),
  OrderRefused: sample('OrderRefused'),
  RefundClaimed: sample('RefundClaimed'),
  OrderRefunded: sample('OrderRefunded'),
  OrderCancelled: sample('OrderCancelled'),
  ReplacementClaimed: sample('ReplacementClaimed'),
  KeyReplaced: sample('KeyReplaced'),
  ReplacementRefused: sample('ReplacementRefused'),
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

  it('a sale with the figures that it is counted by, or without them in older logs', () => {
    const counted = sample('OrderConfirmed', '.with-sale');
    expect(foldEvents(Order, [order.OrderClaimed, order.OrderConfirmed]).sale).toBeNull();
    expect(foldEvents(Order, [order.OrderClaimed, counted])).toMatchObject({
      status: 'confirmed',
      sale: { currency: 'AZN', units: [{ price: '1000', azn: '1000' }] },
    });
  });

  it('a refund or an annulment of the command that asked, or of no known one in older logs', () => {
    const command = '01900000-0000-7000-8000-0000000000f1';
    const confirmed = [order.OrderClaimed, order.OrderConfirmed];
    expect(foldEvents(Order, [...confirmed, order.RefundClaimed]).refund?.command).toBeUndefined();
    const refunding = [...confirmed, sample('RefundClaimed', '.with-command')];
    expect(foldEvents(Order, refunding).refund?.command).toBe(command);
    expect(foldEvents(Order, [order.OrderClaimed, order.OrderRefused]).undoneBy).toBeNull();
    const undone = [order.OrderClaimed, sample('OrderRefused', '.with-command')];
    expect(foldEvents(Order, undone).undoneBy).toBe(command);
    expect(foldEvents(Order, [...undone, order.OrderClaimed]).undoneBy).toBeNull();
  });

  it('an order with another key than it was sold, or with the same when there was no other', () => {
    const replacing = [order.OrderClaimed, order.OrderConfirmed, order.ReplacementClaimed];
    expect(foldEvents(Order, replacing)).toMatchObject({ status: 'replacing', attempts: 2 });
    expect(foldEvents(Order, [...replacing, order.KeyReplaced])).toMatchObject({
      status: 'confirmed',
      units: [{ unit: 1, lot: 1, slot: 2, keyNumber: 1002 }],
      replaced: [{ faulty: { keyNumber: 1001 }, by: { keyNumber: 1002 } }],
    });
    expect(foldEvents(Order, [...replacing, order.ReplacementRefused])).toMatchObject({
      status: 'confirmed',
      units: [{ unit: 1, keyNumber: 1001 }],
      replacement: null,
    });
  });
});
