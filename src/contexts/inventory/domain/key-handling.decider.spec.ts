import { foldEvents, given } from '../../../../test/support/given.js';
import {
  changed,
  iso,
  openedLot,
  quarantined,
  released,
  reserved,
  retired,
  revealed,
  sold,
} from '../../../../test/support/lot-history.js';
import type { LotEvent } from '../events/lot.events.js';
import {
  changeKey,
  quarantineKey,
  releaseKey,
  retireKey,
  retireLot,
  revealKey,
} from './key-handling.decider.js';
import { nextOffer } from './lot.decider.js';
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

describe('releasing a key from quarantine', () => {
  const release = { slot: 0, at: iso(7000) };

  it('brings it back behind all others, once', () => {
    aKeyThatWas(quarantined(0))
      .when((state) => releaseKey(state, release))
      .then(released(0, 7000));
    aKeyThatWas(quarantined(0), released(0, 7000))
      .when((state) => releaseKey(state, release))
      .thenNothing();
    const state = foldEvents(Lot, [...openedLot(5000, null), quarantined(0), released(0, 2000)]);
    expect(nextOffer(state, { nowMs: 3000, cooldownMs: 0 })).toBe(1);
  });

  it('is refused for one that was ever sold, and for one that is gone', () => {
    aKeyThatWas(sold(0, 'o'), quarantined(0))
      .when((state) => releaseKey(state, release))
      .thenRejected('KeyIsSold');
    aKeyThatWas(reserved(0, 'r'))
      .when((state) => releaseKey(state, release))
      .thenRejected('KeyIsReserved');
    aKeyThatWas(retired(0))
      .when((state) => releaseKey(state, release))
      .thenRejected('KeyIsRetired');
  });
});

describe('changing a key', () => {
  it('records what is another than before', () => {
    const lot = given(Lot, openedLot(5000));
    lot
      .when((state) => changeKey(state, { slot: 0, serial: 'S', expiresAt: null }))
      .then(changed(0, { serial: 'S', expiresAt: null }));
    lot.when((state) => changeKey(state, { slot: 0, serial: null })).then(changed(0, { serial: null }));
    lot.when((state) => changeKey(state, { slot: 0, expiresAt: iso(5000) })).thenNothing();
    lot.when((state) => changeKey(state, { slot: 0 })).thenNothing();
  });

  it('moves it to where its expiry belongs in the order of offers', () => {
    const history = [...openedLot(5000, 6000, null), changed(2, { expiresAt: iso(4000) })];
    const terms = { nowMs: 1000, cooldownMs: 0 };
    expect(nextOffer(foldEvents(Lot, history), terms)).toBe(2);
    expect(nextOffer(foldEvents(Lot, [...history, changed(2, { expiresAt: null })]), terms)).toBe(0);
    const soldFirst = [...openedLot(5000, 6000, null), sold(0, 'o'), changed(2, { expiresAt: iso(4000) })];
    expect(nextOffer(foldEvents(Lot, soldFirst), terms)).toBe(2);
  });

  it('is refused once somebody holds or bought it, and when it is retired', () => {
    const change = { slot: 0, expiresAt: iso(9000) };
    aKeyThatWas(reserved(0, 'r'))
      .when((state) => changeKey(state, change))
      .thenRejected('KeyIsReserved');
    aKeyThatWas(sold(0, 'o'), quarantined(0))
      .when((state) => changeKey(state, change))
      .thenRejected('KeyIsSold');
    aKeyThatWas(retired(0))
      .when((state) => changeKey(state, change))
      .thenRejected('KeyIsRetired');
  });
});
