import { foldEvents, given } from '../../../../test/support/given.js';
import { openedLot, takenKeys } from '../../../../test/support/lot-history.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import type { LotEvent, TakenKeys } from '../events/lot.events.js';
import { keyId, keyNumber, parseKeyNumber, placeOfKey } from './key-number.js';
import { Lot } from './lot.js';
import { openLot, voidLot } from './lot-intake.decider.js';

const intake = (keys: number) => takenKeys(...Array<null>(keys).fill(null));
const facts = {
  package: 'package',
  product: 'product',
  supplier: 'supplier',
  unitCost: null,
  fingerprintRule: 'v1/normalized',
};
const voided: LotEvent = { type: 'LotVoided', data: { reason: 'test' } };

describe('opening a lot', () => {
  it('says what it holds, then takes the keys in, 32 at a time', () => {
    given(Lot, [])
      .when((state) => openLot(state, { ...facts, intakes: [intake(3)] }))
      .then(openedLot(null, null, null));
    const events = openLot(Lot.initial, { ...facts, intakes: [intake(32), intake(32), intake(6)] });
    if (isRejection(events)) throw new Error(events.code);
    expect(events[0]).toMatchObject({ type: 'LotOpened', data: { keys: 70 } });
    expect(events.slice(1).map(({ data }) => 'firstSlot' in data && data.firstSlot)).toEqual([0, 32, 64]);
    expect(foldEvents(Lot, events).slots.size).toBe(70);
  });

  it('is a mistake with an intake that would leave slots without a key', () => {
    expect(() => openLot(Lot.initial, { ...facts, intakes: [intake(31), intake(1)] })).toThrow(RangeError);
  });

  it('is refused for a lot that is open or was closed', () => {
    for (const history of [openedLot(null), [voided]]) {
      given(Lot, history)
        .when((state) => openLot(state, { ...facts, intakes: [intake(1)] }))
        .thenRejected('LotClosed');
    }
  });

  it('is a mistake without keys, and with more than a lot holds', () => {
    const tooMany = Array<TakenKeys>(32).fill(intake(32));
    for (const intakes of [[], tooMany]) {
      expect(() => openLot(Lot.initial, { ...facts, intakes })).toThrow(RangeError);
    }
  });
});

describe('closing a lot that was never filled', () => {
  it('happens once, and never to one that was', () => {
    expect(voidLot(Lot.initial, 'test')).toEqual([voided]);
    expect(voidLot(foldEvents(Lot, [voided]), 'test')).toEqual([]);
    expect(voidLot(foldEvents(Lot, openedLot(null)), 'test')).toEqual([]);
  });
});

describe('key numbers', () => {
  it('name the lot, the slot and which of its reservations is meant', () => {
    expect(keyId(17, 42)).toBe(17_042);
    expect(placeOfKey(17_042)).toEqual({ lot: 17, slot: 42 });
    for (const place of [
      { lot: 1, slot: 0, ordinal: 0 },
      { lot: 999_999, slot: 999, ordinal: 9000 },
    ]) {
      expect(parseKeyNumber(String(keyNumber(place)))).toEqual(place);
    }
    expect(keyNumber({ lot: 17, slot: 42, ordinal: 2 })).toBe(2_000_000_017_042);
  });

  it.each([
    '',
    '0',
    '999',
    '-1000',
    '1e9',
    '01000',
    ' 1000',
    '9007199254740993',
    '9001000000001000',
    '2000000000999',
  ])('%j is none', (text) => {
    expect(parseKeyNumber(text)).toBeNull();
  });
});
