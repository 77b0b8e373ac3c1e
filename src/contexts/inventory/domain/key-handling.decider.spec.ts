import { given } from '../../../../test/support/given.js';
import {
  openedLot,
  quarantined,
  reserved,
  retired,
  revealed,
  sold,
} from '../../../../test/support/lot-history.js';
import type { LotEvent } from '../events/lot.events.js';
import { quarantineKey, retireKey, retireLot, revealKey } from './key-handling.decider.js';
import { Lot } from './lot.js';

const aKeyThatWas = (...events: LotEvent[]) => given(Lot, [...openedLot(null), ...events]);
const command = { slot: 0, reason: 'test' };

describe('retiring a key', () => {
  it('takes a free or quarantined one off sale, once', () => {
    aKeyThatWas()
      .when((state) => retireKey(state, command))
      .then(retired(0));
    aKeyThatWas(quarantined(0))
      .when((state) => retireKey(state, command))
      .then(retired(0));
    aKeyThatWas(retired(0))
      .when((state) => retireKey(state, command))
      .thenNothing();
  });

  it('is refused for reserved, sold and unknown ones', () => {
    aKeyThatWas(reserved(0, 'r'))
      .when((state) => retireKey(state, command))
      .thenRejected('KeyIsReserved');
    aKeyThatWas(sold(0, 'o'))
      .when((state) => retireKey(state, command))
      .thenRejected('KeyIsSold');
    aKeyThatWas()
      .when((state) => retireKey(state, { ...command, slot: 1 }))
      .thenRejected('UnknownKey');
    given(Lot, [])
      .when((state) => retireKey(state, command))
      .thenRejected('UnknownKey');
  });
});

describe('putting a key into quarantine', () => {
  it('takes a free one off sale, once', () => {
    aKeyThatWas()
      .when((state) => quarantineKey(state, command))
      .then(quarantined(0));
    aKeyThatWas(quarantined(0))
      .when((state) => quarantineKey(state, command))
      .thenNothing();
  });

  it('is refused for reserved, sold and retired ones', () => {
    aKeyThatWas(reserved(0, 'r'))
      .when((state) => quarantineKey(state, command))
      .thenRejected('KeyIsReserved');
    aKeyThatWas(sold(0, 'o'))
      .when((state) => quarantineKey(state, command))
      .thenRejected('KeyIsSold');
    aKeyThatWas(retired(0))
      .when((state) => quarantineKey(state, command))
      .thenRejected('KeyIsRetired');
  });
});

describe('revealing a key', () => {
  const reveal = { slot: 0, by: 'staff:1' };

  it('is recorded every time', () => {
    aKeyThatWas()
      .when((state) => revealKey(state, reveal))
      .then(revealed(0));
    aKeyThatWas(revealed(0), sold(0, 'o'))
      .when((state) => revealKey(state, reveal))
      .then(revealed(0));
  });

  it('is refused for a retired key that nobody was shown: it may be in stock again elsewhere', () => {
    aKeyThatWas(retired(0))
      .when((state) => revealKey(state, reveal))
      .thenRejected('KeyIsRetired');
    aKeyThatWas(revealed(0), retired(0))
      .when((state) => revealKey(state, reveal))
      .then(revealed(0));
  });
});

describe('retiring a whole lot', () => {
  const history = openedLot(null, 5000, null, null);

  it('takes what is free or in quarantine, and leaves what is sold', () => {
    given(Lot, [...history, sold(0, 'o'), quarantined(2), retired(3)])
      .when((state) => retireLot(state, 'gone'))
      .then(retired(1, 'gone'), retired(2, 'gone'));
  });

  it('takes nothing while a key is reserved', () => {
    given(Lot, [...history, reserved(3, 'r')])
      .when((state) => retireLot(state, 'gone'))
      .thenRejected('KeysReserved');
  });
});
