import { foldEvents, given } from '../../../../test/support/given.js';
import {
  cancelled,
  expired,
  iso,
  openedLot,
  quarantined,
  reservationRefused,
  reserved,
  retired,
  saleRefused,
  sold,
} from '../../../../test/support/lot-history.js';
import type { LotEvent } from '../events/lot.events.js';
import { RESERVATIONS_PER_SLOT } from '../limits.js';
import {
  cancelReservation,
  expireReservation,
  nextOffer,
  quarantineSoldKey,
  refuseReservation,
  refuseSale,
  reserveKey,
  retireFreeKeys,
  sellKey,
  sellReservedKey,
} from './lot.decider.js';
import { Lot } from './lot.js';

const at = (nowMs: number, cooldownMs = 0) => ({ nowMs, cooldownMs });
const sale = (order: string, nowMs = 1000, attempt = 1) => ({
  ...at(nowMs),
  order,
  attempt,
  unit: 0,
  partner: 'partner',
});
const reservation = (id: string, nowMs = 1000) => ({
  ...at(nowMs),
  reservation: id,
  partner: 'partner',
  wallet: 'wallet',
  currency: 'AZN',
  deadline: iso(10_000),
  shown: true,
});
const lot = openedLot(null, null);

describe('the next offer', () => {
  const offer = (events: readonly LotEvent[], nowMs = 1000, cooldownMs = 0) =>
    nextOffer(foldEvents(Lot, events), at(nowMs, cooldownMs));

  it('is the key that expires first, then the lowest slot', () => {
    expect(offer(openedLot(null, 9000, 5000, 5000))).toBe(2);
  });

  it('is never an expired key, at its very moment neither', () => {
    const both = openedLot(null, 5000);
    expect(offer(both, 4999)).toBe(1);
    expect(offer(both, 5000)).toBe(0);
    expect(offer(openedLot(5000), 5000)).toBeNull();
  });

  it('is a returned key only behind all fresh ones, the longest returned first', () => {
    const history = [...openedLot(null, null, null), reserved(0, 'r0'), reserved(1, 'r1')];
    const returned = [...history, cancelled(1, 'r1'), cancelled(0, 'r0')];
    expect(offer(returned, 6000)).toBe(2);
    expect(offer([...returned, sold(2, 'o')], 6000)).toBe(1);
    expect(offer([...returned, sold(2, 'o'), sold(1, 'o2')], 6000)).toBe(0);
  });

  it('is a returned key only when it has cooled down and has not expired', () => {
    const history = [...openedLot(8000), reserved(0, 'r0'), cancelled(0, 'r0', { at: iso(5000) })];
    expect(offer(history, 5999, 1000)).toBeNull();
    expect(offer(history, 6000, 1000)).toBe(0);
    expect(offer(history, 8000)).toBeNull();
  });

  it('is no key whose reservations are used up', () => {
    const last = reserved(0, 'r', { ordinal: RESERVATIONS_PER_SLOT - 1 });
    expect(offer([...openedLot(null), last, cancelled(0, 'r')], 6000)).toBeNull();
  });
});

describe('selling a key', () => {
  it('takes the next one on offer', () => {
    given(Lot, lot)
      .when((state) => sellKey(state, sale('o1')))
      .then(sold(0, 'o1'));
  });

  it('changes nothing when the unit is sold already', () => {
    given(Lot, [...lot, sold(0, 'o1')])
      .when((state) => sellKey(state, sale('o1')))
      .thenNothing();
  });

  it('sells another unit of the same attempt', () => {
    given(Lot, [...lot, sold(0, 'o1')])
      .when((state) => sellKey(state, { ...sale('o1'), unit: 1 }))
      .then(sold(1, 'o1', { unit: 1 }));
  });

  it('never sells to an attempt that was refused, but to the next one', () => {
    const history = [...lot, saleRefused('o1')];
    given(Lot, history)
      .when((state) => sellKey(state, sale('o1')))
      .thenRejected('AttemptEnded');
    given(Lot, history)
      .when((state) => sellKey(state, sale('o1', 1000, 2)))
      .then(sold(0, 'o1', { attempt: 2 }));
  });

  it('is refused when no key is left', () => {
    given(Lot, [...lot, sold(0, 'o1'), reserved(1, 'r1')])
      .when((state) => sellKey(state, sale('o2')))
      .thenRejected('LotEmpty');
  });
});

describe('selling a reserved key', () => {
  const history = [...lot, reserved(0, 'r1')];
  const confirm = (order: string, nowMs = 9999) => ({
    order,
    attempt: 1,
    unit: 0,
    partner: 'partner',
    reservation: 'r1',
    nowMs,
  });

  it('takes the key of the reservation', () => {
    given(Lot, history)
      .when((state) => sellReservedKey(state, confirm('o1')))
      .then(sold(0, 'o1', { reservation: 'r1' }));
  });

  it('changes nothing the second time', () => {
    given(Lot, [...history, sold(0, 'o1', { reservation: 'r1' })])
      .when((state) => sellReservedKey(state, confirm('o1')))
      .thenNothing();
  });

  it('is refused to another order once it is sold', () => {
    given(Lot, [...history, sold(0, 'o1', { reservation: 'r1' })])
      .when((state) => sellReservedKey(state, confirm('o2')))
      .thenRejected('ReservationEnded');
  });

  it('is refused at the deadline', () => {
    given(Lot, history)
      .when((state) => sellReservedKey(state, confirm('o1', 10_000)))
      .thenRejected('ReservationDue');
  });

  it('is refused once it was cancelled, also when another reservation holds the key', () => {
    given(Lot, [...history, cancelled(0, 'r1'), sold(1, 'x'), reserved(0, 'r2', { ordinal: 1 })])
      .when((state) => sellReservedKey(state, confirm('o1')))
      .thenRejected('ReservationEnded');
  });

  it('is refused to an attempt that was refused', () => {
    given(Lot, [...history, saleRefused('o1')])
      .when((state) => sellReservedKey(state, confirm('o1')))
      .thenRejected('AttemptEnded');
  });
});

describe('refusing a sale', () => {
  it('bars the attempt, once', () => {
    given(Lot, lot)
      .when((state) => refuseSale(state, { order: 'o1', attempt: 1 }))
      .then(saleRefused('o1'));
    given(Lot, [...lot, saleRefused('o1')])
      .when((state) => refuseSale(state, { order: 'o1', attempt: 1 }))
      .thenNothing();
  });
});

describe('reserving a key', () => {
  it('holds the next one on offer until the deadline', () => {
    given(Lot, lot)
      .when((state) => reserveKey(state, reservation('r1')))
      .then(reserved(0, 'r1'));
  });

  it('changes nothing the second time', () => {
    given(Lot, [...lot, reserved(0, 'r1')])
      .when((state) => reserveKey(state, reservation('r1')))
      .thenNothing();
  });

  it('counts the reservations of a key', () => {
    given(Lot, [...openedLot(null), reserved(0, 'r1'), cancelled(0, 'r1')])
      .when((state) => reserveKey(state, reservation('r2', 6000)))
      .then(reserved(0, 'r2', { ordinal: 1 }));
  });

  it.each([
    ['cancelled', cancelled(0, 'r1')],
    ['expired', expired(0, 'r1')],
    ['sold', sold(0, 'o1', { reservation: 'r1' })],
  ])('is refused for good once it was %s', (_, end) => {
    given(Lot, [...lot, reserved(0, 'r1'), end])
      .when((state) => reserveKey(state, reservation('r1')))
      .thenRejected('ReservationEnded');
  });

  it('is refused for good once it was refused', () => {
    given(Lot, [...lot, reservationRefused('r1')])
      .when((state) => reserveKey(state, reservation('r1')))
      .thenRejected('ReservationEnded');
  });

  it('is refused when no key is left', () => {
    given(Lot, [...openedLot(null), reserved(0, 'r1')])
      .when((state) => reserveKey(state, reservation('r2')))
      .thenRejected('LotEmpty');
  });
});

describe('refusing a reservation', () => {
  it('bars it, once, and only when nothing is known of it', () => {
    given(Lot, lot)
      .when((state) => refuseReservation(state, { reservation: 'r1' }))
      .then(reservationRefused('r1'));
    for (const known of [reservationRefused('r1'), reserved(0, 'r1')]) {
      given(Lot, [...lot, known])
        .when((state) => refuseReservation(state, { reservation: 'r1' }))
        .thenNothing();
    }
  });
});

describe('giving a reserved key back', () => {
  const cancel = { reservation: 'r1', at: iso(5000), shownKeysTo: 'quarantine', command: 'command' } as const;
  const expire = { reservation: 'r1', at: iso(10_000), shownKeysTo: 'quarantine', nowMs: 10_000 } as const;

  it('goes where shown keys go when its text was shown, to stock otherwise', () => {
    given(Lot, [...lot, reserved(0, 'r1', { shown: true })])
      .when((state) => cancelReservation(state, cancel))
      .then(cancelled(0, 'r1', { to: 'quarantine' }));
    given(Lot, [...lot, reserved(0, 'r1', { shown: false })])
      .when((state) => cancelReservation(state, cancel))
      .then(cancelled(0, 'r1', { to: 'stock' }));
    given(Lot, [...lot, reserved(0, 'r1', { shown: true })])
      .when((state) => expireReservation(state, expire))
      .then(expired(0, 'r1', { to: 'quarantine' }));
  });

  it('remembers that an earlier reservation showed the text', () => {
    const history = [
      ...openedLot(null),
      reserved(0, 'r0', { shown: true }),
      cancelled(0, 'r0'),
      reserved(0, 'r1', { ordinal: 1, shown: false }),
    ];
    given(Lot, history)
      .when((state) => cancelReservation(state, cancel))
      .then(cancelled(0, 'r1', { to: 'quarantine' }));
  });

  it('is refused, or nothing, when the reservation is not open', () => {
    for (const history of [lot, [...lot, reserved(0, 'r1'), cancelled(0, 'r1')]]) {
      given(Lot, history)
        .when((state) => cancelReservation(state, cancel))
        .thenRejected('ReservationEnded');
      given(Lot, history)
        .when((state) => expireReservation(state, expire))
        .thenNothing();
    }
  });

  it('by expiry happens at the deadline, not before', () => {
    given(Lot, [...lot, reserved(0, 'r1')])
      .when((state) => expireReservation(state, { ...expire, nowMs: 9999 }))
      .thenNothing();
  });

  it('a late cancel of an earlier reservation does not touch the next one of the same key', () => {
    const history = [
      ...openedLot(null),
      reserved(0, 'r1'),
      expired(0, 'r1'),
      reserved(0, 'r2', { ordinal: 1 }),
    ];
    given(Lot, history)
      .when((state) => cancelReservation(state, cancel))
      .thenRejected('ReservationEnded');
  });
});

describe('taking a sold key out of circulation', () => {
  const command = { slot: 0, order: 'o1', reason: 'refund' };

  it('happens once, and only for the order that bought it', () => {
    given(Lot, [...lot, sold(0, 'o1')])
      .when((state) => quarantineSoldKey(state, command))
      .then({ type: 'KeyQuarantined', data: command });
    const others = [[], [sold(0, 'o2')], [sold(0, 'o1'), quarantined(0)], [reserved(0, 'o1')]];
    for (const history of others) {
      given(Lot, [...lot, ...history])
        .when((state) => quarantineSoldKey(state, command))
        .thenNothing();
    }
    given(Lot, lot)
      .when((state) => quarantineSoldKey(state, { ...command, slot: 7 }))
      .thenNothing();
  });
});

describe('retiring the free keys of a lot', () => {
  it('leaves reserved, sold and quarantined ones alone', () => {
    const history = [...openedLot(null, null, null, null, 1), reserved(0, 'r'), sold(1, 'o'), quarantined(2)];
    given(Lot, history)
      .when((state) => retireFreeKeys(state, 'gone'))
      .then(retired(3, 'gone'), retired(4, 'gone'));
  });
});
