import { foldEvents, given } from '../../../../test/support/given.js';
import {
  cancelled,
  changed,
  iso,
  openedLot,
  quarantined,
  reserved,
  retired,
  saleRefused,
  sold,
} from '../../../../test/support/lot-history.js';
import type { LotEvent } from '../events/lot.events.js';
import { RESERVATIONS_PER_SLOT } from '../limits.js';
import {
  nextOffer,
  nextReservable,
  quarantineSoldKey,
  refuseSale,
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
const lot = openedLot(null, null);

describe('the next offer', () => {
  const offer = (events: readonly LotEvent[], nowMs = 1000, cooldownMs = 0) =>
    nextOffer(foldEvents(Lot, events), at(nowMs, cooldownMs));

  it('is the key that expires first, then the lowest slot', () => {
    expect(offer(openedLot(null, 9000, 5000, 5000))).toBe(2);
  });

  it('is the key that expires first also where all of them expire', () => {
    expect(offer(openedLot(9000, 5000))).toBe(1);
  });

  it('is still the key of which the serial number alone was corrected', () => {
    expect(offer([...openedLot(5000, 9000), changed(0, { serial: 'SN-NEW' })])).toBe(0);
  });

  it('is a key by the expiry that it has by now', () => {
    const events = [...openedLot(null), changed(0, { expiresAt: iso(5000) })];
    expect([offer(events, 4999), offer(events, 5000)]).toEqual([0, null]);
    expect(offer([...events, changed(0, { expiresAt: null })], 5000)).toBe(0);
  });

  it('is the lowest slot also among keys whose expiry was changed there and back', () => {
    const [later, back] = [changed(0, { expiresAt: iso(9000) }), changed(0, { expiresAt: iso(5000) })];
    expect(offer([...openedLot(5000, 5000), later])).toBe(1);
    expect(offer([...openedLot(5000, 5000), later, back])).toBe(0);
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

  it('is a returned key at once where a clock that was ahead dated its return', () => {
    const history = [...openedLot(null), reserved(0, 'r0'), cancelled(0, 'r0', { at: iso(86_400_000) })];
    expect([offer(history, 1000), offer(history, 1000, 5000)]).toEqual([0, 0]);
  });

  it('is a key whose reservations are used up only to who does not reserve it', () => {
    const last = reserved(0, 'r', { ordinal: RESERVATIONS_PER_SLOT - 1 });
    const worn = foldEvents(Lot, [...openedLot(null), last, cancelled(0, 'r')]);
    expect(nextReservable(worn, at(6000))).toBeNull();
    expect(nextOffer(worn, at(6000))).toBe(0);
    const before = reserved(0, 'r', { ordinal: RESERVATIONS_PER_SLOT - 2 });
    expect(nextReservable(foldEvents(Lot, [...openedLot(null), before, cancelled(0, 'r')]), at(6000))).toBe(
      0,
    );
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

it('a key that was sold counts as shown for good, so that its text does not come in again', () => {
  const history = [...openedLot(null), sold(0, 'o1'), quarantined(0), retired(0)];
  expect(foldEvents(Lot, history).slots.get(0)).toMatchObject({ status: 'retired', shown: true });
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
