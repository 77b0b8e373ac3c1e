import { foldEvents, given } from '../../../../test/support/given.js';
import claimedSample from '../events/golden/OrderClaimed.v1.json' with { type: 'json' };
import type { OrderClaim, OrderEvent } from '../events/order.events.js';
import {
  claimOrder,
  claimRefund,
  claimReplacement,
  completeRefund,
  completeReplacement,
  confirmOrder,
  refuseOrder,
} from './order.decider.js';
import { Order } from './order.js';

const claim = claimedSample.data as unknown as OrderClaim;
const { attempt: _, ...plan } = claim;
const claimed: OrderEvent = { type: 'OrderClaimed', data: { ...claim, attempt: 1 } };
const units = [{ unit: 1, lot: 1, slot: 0, keyNumber: 1000 }];
const sale = {
  partner: 'p',
  currency: 'AZN' as const,
  confirmedAt: '2026-03-01T12:00:00.000Z',
  units: [{ package: 'k', product: 'g', price: '1000', azn: '1000' }],
};
const confirmed: OrderEvent = {
  type: 'OrderConfirmed',
  data: { attempt: 1, units, amount: '1000', commission: '30', sale },
};
const refused: OrderEvent = { type: 'OrderRefused', data: { attempt: 1, reason: 'LotEmpty' } };
const refund = {
  kind: 'refund' as const,
  reason: 'faulty',
  command: 'c',
  walletRevision: 3,
  deadline: '2026-03-01T12:00:30.000Z',
};
const refundClaimed: OrderEvent = {
  type: 'RefundClaimed',
  data: { ...refund, amount: '1000', commission: '30' },
};

describe('a reference', () => {
  it('is claimed by the first attempt, and by the next one after a refusal under the same number', () => {
    given(Order, [])
      .when((state) => claimOrder(state, plan))
      .then({ type: 'OrderClaimed', data: { ...claim, attempt: 1 } });
    given(Order, [claimed, refused])
      .when((state) => claimOrder(state, { ...plan, publicId: 999 }))
      .then({ type: 'OrderClaimed', data: { ...claim, attempt: 2 } });
  });

  it('is taken while an attempt runs, once it is confirmed, and once somebody cancelled it', () => {
    const cancelled: OrderEvent = { type: 'OrderRefused', data: { ...refused.data, command: 'by-an-admin' } };
    const taken = [
      [claimed],
      [claimed, confirmed],
      [claimed, confirmed, refundClaimed],
      [claimed, cancelled],
    ];
    for (const events of taken) {
      given(Order, events)
        .when((state) => claimOrder(state, plan))
        .thenRejected('OrderAlreadyExists');
    }
  });
});

describe('an attempt', () => {
  const confirm = { attempt: 1, units, amount: '1000', commission: '30', sale };

  it('ends once', () => {
    given(Order, [claimed])
      .when((state) => confirmOrder(state, confirm))
      .then(confirmed);
    given(Order, [claimed, confirmed])
      .when((state) => confirmOrder(state, confirm))
      .thenNothing();
    given(Order, [claimed, confirmed])
      .when((state) => refuseOrder(state, { attempt: 1, reason: 'LotEmpty' }))
      .thenNothing();
    given(Order, [claimed, refused])
      .when((state) => confirmOrder(state, confirm))
      .thenNothing();
  });

  it('is not ended by what belongs to another one', () => {
    given(Order, [claimed])
      .when((state) => confirmOrder(state, { ...confirm, attempt: 2 }))
      .thenNothing();
    given(Order, [claimed])
      .when((state) => refuseOrder(state, { attempt: 2, reason: 'LotEmpty' }))
      .thenNothing();
  });
});

describe('a refund', () => {
  it('is of a confirmed order, of all that it cost', () => {
    given(Order, [claimed, confirmed])
      .when((state) => claimRefund(state, refund))
      .then(refundClaimed);
    given(Order, [claimed])
      .when((state) => claimRefund(state, refund))
      .thenRejected('OrderNotConfirmed');
  });

  it('happens once', () => {
    const done: OrderEvent = { type: 'OrderRefunded', data: { amount: '1000', sale } };
    given(Order, [claimed, confirmed, refundClaimed]).when(completeRefund).then(done);
    given(Order, [claimed, confirmed, refundClaimed, done]).when(completeRefund).thenNothing();
    given(Order, [claimed, confirmed, refundClaimed, done])
      .when((state) => claimRefund(state, refund))
      .thenRejected('OrderNotConfirmed');
  });
});

describe('a replacement', () => {
  const unit = { unit: 1, source: { kind: 'stock' as const, lot: 2, lotRevision: 0 }, unitCost: null };
  const command = { command: 'c', unit, deadline: '2026-03-01T12:00:30.000Z' };
  const asked: OrderEvent = {
    type: 'ReplacementClaimed',
    data: { ...command, attempt: 2, faulty: units[0]! },
  };
  const other = { unit: 1, lot: 2, slot: 0, keyNumber: 2000 };
  const done: OrderEvent = { type: 'KeyReplaced', data: { attempt: 2, unit: other, unitCost: null } };
  const none: OrderEvent = { type: 'ReplacementRefused', data: { attempt: 2, reason: 'LotEmpty' } };

  it('is of a key that a confirmed order has, one at a time', () => {
    given(Order, [claimed, confirmed])
      .when((state) => claimReplacement(state, command))
      .then(asked);
    for (const events of [[claimed], [claimed, confirmed, asked], [claimed, confirmed, refundClaimed]]) {
      given(Order, events)
        .when((state) => claimReplacement(state, command))
        .thenRejected('OrderNotConfirmed');
    }
    given(Order, [claimed, confirmed])
      .when((state) => claimReplacement(state, { ...command, unit: { ...unit, unit: 2 } }))
      .thenRejected('KeyNotInOrder');
  });

  it('ends once, and the next one counts on', () => {
    given(Order, [claimed, confirmed, asked])
      .when((state) => completeReplacement(state, { unit: other }))
      .then(done);
    given(Order, [claimed, confirmed, asked])
      .when((state) => completeReplacement(state, { reason: 'LotEmpty' }))
      .then(none);
    given(Order, [claimed, confirmed, asked, done])
      .when((state) => completeReplacement(state, { unit: other }))
      .thenNothing();
    given(Order, [claimed, confirmed, asked, none])
      .when((state) => claimReplacement(state, command))
      .then({ type: 'ReplacementClaimed', data: { ...command, attempt: 3, faulty: units[0]! } });
  });

  it('changes the one unit that it is of', () => {
    const second = { unit: 2, lot: 1, slot: 5, keyNumber: 1005 };
    const { data } = confirmed as Extract<OrderEvent, { type: 'OrderConfirmed' }>;
    const both: OrderEvent = { type: 'OrderConfirmed', data: { ...data, units: [...units, second] } };
    expect(foldEvents(Order, [claimed, both, asked, done]).units).toEqual([other, second]);
  });

  it('is over before money goes back', () => {
    given(Order, [claimed, confirmed, asked])
      .when((state) => claimRefund(state, refund))
      .thenRejected('OrderNotConfirmed');
  });
});

describe('a delivery', () => {
  const email = { address: 'sealed', hash: 'h' };
  const asked: OrderEvent = { type: 'OrderDeliveryRequested', data: { attempt: 1 } };

  it('is asked for with the confirmation of an order that has an address', () => {
    const { data } = confirmed as Extract<OrderEvent, { type: 'OrderConfirmed' }>;
    given(Order, [{ type: 'OrderClaimed', data: { ...claim, attempt: 1, email } }])
      .when((state) => confirmOrder(state, { ...data, sale }))
      .then(confirmed, asked);
    given(Order, [claimed])
      .when((state) => confirmOrder(state, { ...data, sale }))
      .then(confirmed);
  });
});
