import { given } from '../../../../test/support/given.js';
import {
  cancelled,
  expired,
  iso,
  openedLot,
  reservationRefused,
  reserved,
  retired,
  sold,
} from '../../../../test/support/lot-history.js';
import { retireLot } from './key-handling.decider.js';
import {
  cancelReservation,
  expireReservation,
  refuseReservation,
  reserveKey,
  sellReservedKey,
} from './lot.decider.js';
import { Lot } from './lot.js';

const reservation = (id: string, nowMs = 1000) => ({
  nowMs,
  cooldownMs: 0,
  reservation: id,
  partner: 'partner',
  wallet: 'wallet',
  currency: 'AZN',
  deadline: iso(10_000),
  shown: true,
});
const lot = openedLot(null, null);

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
  const confirm = { order: 'o1', attempt: 1, unit: 0, partner: 'partner', reservation: 'r1' };
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

  it('holds nothing any more, to quarantine as little as to stock', () => {
    for (const to of ['quarantine', 'stock'] as const) {
      given(Lot, [...lot, reserved(0, 'r1'), cancelled(0, 'r1', { to })])
        .when((state) => sellReservedKey(state, { ...confirm, nowMs: 6000 }))
        .thenRejected('ReservationEnded');
      given(Lot, [...lot, reserved(0, 'r1'), expired(0, 'r1', { to })])
        .when((state) => retireLot(state, 'test'))
        .then(retired(0), retired(1));
    }
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

  it('by expiry happens at once, and nothing is sold from it, where a clock that was days ahead set the deadline', () => {
    const ahead = [...lot, reserved(0, 'r1', { deadline: iso(3 * 86_400_000) })];
    given(Lot, ahead)
      .when((state) => expireReservation(state, { ...expire, nowMs: 9999 }))
      .then(expired(0, 'r1', { to: 'quarantine' }));
    const sale = { order: 'o1', attempt: 1, unit: 0, partner: 'partner', reservation: 'r1', nowMs: 9999 };
    given(Lot, ahead)
      .when((state) => sellReservedKey(state, sale))
      .thenRejected('ReservationDue');
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
