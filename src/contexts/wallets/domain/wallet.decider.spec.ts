import { foldEvents, given } from '../../../../test/support/given.js';
import type { WalletEvent } from '../events/wallet.events.js';
import { captureFunds, holdFunds, postFunds, releaseFunds } from './wallet.decider.js';
import { type Hold, Wallet, type WalletState } from './wallet.js';

const DEADLINE = '2026-03-01T12:00:30.000Z';
const credited = (amount: string): WalletEvent => ({
  type: 'FundsCredited',
  data: { operation: `topup:${amount}`, currency: 'AZN', amount, counter: 'topups' },
});
const held = (key: string, amount: string): WalletEvent => ({
  type: 'FundsHeld',
  data: { hold: { kind: 'sale', key }, amount, currency: 'AZN', deadline: DEADLINE },
});
const released = (hold: string, amount: string): WalletEvent => ({
  type: 'FundsReleased',
  data: { hold, currency: 'AZN', amount },
});
const captured = (hold: string, amount: string, rest = '0'): WalletEvent => ({
  type: 'FundsCaptured',
  data: {
    hold,
    currency: 'AZN',
    amount,
    released: rest,
    counter: 'sales',
    order: 'o',
    attempt: 1,
  },
});
const hold = (key: string, amountMinor: bigint, floorMinor: bigint | null) => (state: WalletState) =>
  holdFunds(state, {
    hold: { kind: 'sale', key },
    amountMinor,
    currency: 'AZN',
    floorMinor,
    deadline: DEADLINE,
  });
const capture = (key: string, amountMinor: bigint) => (state: WalletState) =>
  captureFunds(state, {
    hold: key,
    amountMinor,
    currency: 'AZN',
    counter: 'sales',
    order: 'o',
    attempt: 1,
  });

describe('money is held', () => {
  it('to the last coin', () => {
    given(Wallet, [credited('1000')])
      .when(hold('a', 1000n, 0n))
      .then(held('a', '1000'));
  });

  it('but never below the floor', () => {
    given(Wallet, [credited('1000')])
      .when(hold('a', 1001n, 0n))
      .thenRejected('InsufficientBalance');
    given(Wallet, [credited('1000')])
      .when(hold('a', 1501n, -500n))
      .thenRejected('InsufficientBalance');
    given(Wallet, [credited('1000')])
      .when(hold('a', 1500n, -500n))
      .then(held('a', '1500'));
  });

  it('only from what other holds leave', () => {
    given(Wallet, [credited('1000'), held('a', '600')])
      .when(hold('b', 401n, 0n))
      .thenRejected('InsufficientBalance');
  });

  it('without bound on unlimited credit', () => {
    given(Wallet, [])
      .when(hold('a', 10n ** 15n, null))
      .then(held('a', String(10n ** 15n)));
  });

  it('once for each key', () => {
    given(Wallet, [credited('1000'), held('a', '600')])
      .when(hold('a', 600n, 0n))
      .thenNothing();
    given(Wallet, [credited('1000'), released('a', '0')])
      .when(hold('a', 600n, 0n))
      .thenRejected('HoldEnded');
    given(Wallet, [credited('1000'), held('a', '600'), captured('a', '600')])
      .when(hold('a', 100n, 0n))
      .thenRejected('HoldEnded');
  });

  it('only in amounts above nothing', () => {
    given(Wallet, [credited('1000')])
      .when(hold('a', 1n, 0n))
      .then(held('a', '1'));
    given(Wallet, [credited('1000')])
      .when(hold('a', 0n, 0n))
      .thenRejected('InvalidAmount');
    given(Wallet, [credited('1000')])
      .when(hold('a', -1n, 0n))
      .thenRejected('InvalidAmount');
  });
});

describe('a hold is captured', () => {
  const standing = [credited('1000'), held('a', '600')];

  it('whole, or in part with the rest released', () => {
    given(Wallet, standing).when(capture('a', 600n)).then(captured('a', '600'));
    given(Wallet, standing)
      .when(capture('a', 200n))
      .then(captured('a', '200', '400'));
  });

  it('once, and never after its release', () => {
    given(Wallet, [...standing, captured('a', '600')])
      .when(capture('a', 600n))
      .thenNothing();
    given(Wallet, [...standing, released('a', '600')])
      .when(capture('a', 600n))
      .thenNothing();
  });

  it('never past its amount', () => {
    expect(() => given(Wallet, standing).when(capture('a', 601n))).toThrow('capture of 601');
  });
});

describe('a hold is released', () => {
  const release = (key: string) => (state: WalletState) =>
    releaseFunds(state, { hold: key, currency: 'AZN' });

  it('with its amount', () => {
    given(Wallet, [held('a', '600')])
      .when(release('a'))
      .then(released('a', '600'));
  });

  it('also when it never stood, so that it never will', () => {
    given(Wallet, []).when(release('a')).then(released('a', '0'));
  });

  it('once', () => {
    given(Wallet, [held('a', '600'), released('a', '600')])
      .when(release('a'))
      .thenNothing();
    given(Wallet, [held('a', '600'), captured('a', '600')])
      .when(release('a'))
      .thenNothing();
  });
});

describe('a movement', () => {
  const post = (amountMinor: bigint) => (state: WalletState) =>
    postFunds(state, { operation: 'refund:o', amountMinor, currency: 'AZN', counter: 'refunds' });
  const movement = (type: 'FundsCredited' | 'FundsDebited'): WalletEvent => ({
    type,
    data: { operation: 'refund:o', currency: 'AZN', amount: '70', counter: 'refunds' },
  });

  it('goes in or out by its sign, also the smallest', () => {
    given(Wallet, []).when(post(70n)).then(movement('FundsCredited'));
    given(Wallet, []).when(post(-70n)).then(movement('FundsDebited'));
    given(Wallet, []).when(post(0n)).thenRejected('InvalidAmount');
    for (const [amountMinor, type] of [
      [1n, 'FundsCredited'],
      [-1n, 'FundsDebited'],
    ] as const) {
      const { data } = movement(type) as Extract<WalletEvent, { type: typeof type }>;
      given(Wallet, [])
        .when(post(amountMinor))
        .then({ type, data: { ...data, amount: '1' } });
    }
  });

  it('happens once', () => {
    given(Wallet, [movement('FundsCredited')])
      .when(post(70n))
      .thenNothing();
  });
});

describe('open reservations', () => {
  const reservationHeld = (key: string): WalletEvent => ({
    type: 'FundsHeld',
    data: { hold: { kind: 'reservation', key }, amount: '100', currency: 'AZN', deadline: DEADLINE },
  });
  const open = (...events: WalletEvent[]) => foldEvents(Wallet, [credited('1000'), ...events]);

  it('are counted until their holds end, and sales are none', () => {
    const two = [reservationHeld('r1'), held('a', '100'), reservationHeld('r2')];
    expect(open(...two).openReservations).toBe(2);
    expect(open(...two, captured('a', '100')).openReservations).toBe(2);
    expect(open(...two, captured('r1', '100')).openReservations).toBe(1);
    expect(open(...two, captured('r1', '100'), released('r2', '100')).openReservations).toBe(0);
  });

  it('are counted the same from a snapshot', () => {
    const state = open(reservationHeld('r1'), held('a', '100'), reservationHeld('r2'));
    const stored: unknown = JSON.parse(JSON.stringify(Wallet.snapshot!.encode(state)));
    const { postedMinor, heldMinor, openReservations } = Wallet.snapshot!.decode(stored as never, 3);
    expect({ postedMinor, heldMinor, openReservations }).toEqual({
      postedMinor: 1000n,
      heldMinor: 300n,
      openReservations: 2,
    });
  });
});

it('a state is never changed by the fold of a later event', () => {
  const before = Wallet.evolve(Wallet.initial, held('a', '600'), { revision: 0 });
  const holds: Hold[] = [...before.holds.values()];
  Wallet.evolve(before, released('a', '600'), { revision: 1 });
  expect([...before.holds.values()]).toEqual(holds);
  expect(before.heldMinor).toBe(600n);
});
