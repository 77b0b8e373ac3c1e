import { type Exchange, Journal, type TerminalCall } from '../journal.js';
import { type Agreed, auditAnswers } from './audit-answers.js';
import { auditLog } from './audit-log.js';
import { Findings } from './findings.js';
import type { LogEvent } from './log-event.js';

const ORDER = 'p-sale-a';
const WALLET = 'p.main.AZN';
const START_MS = 1_000_000;

type Fact = readonly [stream: string, type: string, data: object];

/** A short, right history: one key reserved and sold to order A, one reserved and cancelled, one top-up. */
const HISTORY: readonly Fact[] = [
  ['partner-p', 'PartnerRegistered', { login: 'kiosk' }],
  ['package-g', 'PackageCreated', { publicId: 7 }],
  ['topup-1', 'TopUpClaimed', { owner: 'p', wallet: WALLET, reference: 'T', amount: '500', currency: 'AZN' }],
  [
    'wallet-p.main.AZN',
    'FundsCredited',
    { operation: 'topup:1', currency: 'AZN', amount: '500', counter: 'topups' },
  ],
  ['topup-1', 'TopUpCompleted', { amount: '500' }],
  ['intake-keys', 'LotAnnounced', { lot: 1, announcement: 'x', package: 'g', keys: 2 }],
  ['lot-1', 'LotOpened', { package: 'g' }],
  ['lot-1', 'KeysTakenIn', { firstSlot: 0, keys: ['S0', 'S1'].map((s) => ({ serial: s, fingerprint: s })) }],
  [WALLET, 'FundsHeld', hold('r0')],
  ['lot-1', 'KeyReserved', reservation(0, 'r0')],
  [WALLET, 'FundsHeld', hold('r1')],
  ['lot-1', 'KeyReserved', reservation(1, 'r1')],
  ['lot-1', 'ReservationCancelled', { slot: 1, reservation: 'r1', to: 'stock' }],
  [WALLET, 'FundsReleased', { hold: 'reservation:r1', currency: 'AZN', amount: '300' }],
  ['order-p-sale-a', 'OrderClaimed', claim(1)],
  ['lot-1', 'KeySold', { slot: 0, order: ORDER, attempt: 1, unit: 1, partner: 'p', reservation: 'r0' }],
  [WALLET, 'FundsCaptured', capture('300')],
  [
    'order-p-sale-a',
    'OrderConfirmed',
    {
      attempt: 1,
      units: [{ unit: 1, lot: 1, slot: 0, keyNumber: 1000 }],
      amount: '300',
      commission: '0',
    },
  ],
];

function hold(id: string) {
  return {
    hold: { kind: 'reservation', key: `reservation:${id}` },
    amount: '300',
    currency: 'AZN',
    deadline: new Date(START_MS + 600_000).toISOString(),
    reservation: { reservation: id },
  };
}

function reservation(slot: number, id: string) {
  const deadline = new Date(START_MS + 600_000).toISOString();
  return { slot, reservation: id, ordinal: 0, partner: 'p', deadline };
}

function claim(attempt: number) {
  return {
    attempt,
    partner: 'p',
    reference: 'A',
    wallet: WALLET,
    currency: 'AZN',
    hold: 'reservation:r0',
    lines: [{ facts: { package: 'g', price: { amount: '300', currency: 'AZN' } } }],
  };
}

function capture(amount: string) {
  return {
    hold: 'reservation:r0',
    currency: 'AZN',
    amount,
    released: '0',
    counter: 'sales',
    order: ORDER,
    attempt: 1,
  };
}

/** Facts as a log, half a second apart. */
function toLog(facts: readonly Fact[]): LogEvent[] {
  const revisions = new Map<string, number>();
  return facts.map(([name, type, data], index) => {
    const stream = name === WALLET ? `wallet-${WALLET}` : name;
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    const dash = stream.indexOf('-');
    return {
      category: stream.slice(0, dash),
      id: stream.slice(dash + 1),
      revision,
      position: BigInt(index + 1),
      type,
      data,
      atMs: START_MS + index * 500,
    };
  });
}

const indexOf = (type: string, nth = 0): number =>
  HISTORY.flatMap(([, found], index) => (found === type ? [index] : []))[nth]!;
const at = (type: string, nth = 0): number => START_MS + indexOf(type, nth) * 500;

function told(call: TerminalCall, code: string, atMs: number, data?: object): Exchange {
  const answer = { code, message: '', ...(data ? { data } : {}) };
  return { partner: 'kiosk', call, scenario: '', sentAtMs: atMs, endedAtMs: atMs, answer };
}

const key = (slot: number) => ({
  keyId: String(1000 + slot),
  keyText: `TEXT-S${slot}`,
  serialNumber: `S${slot}`,
  price: '3.00',
  currency: 'AZN',
});

const CONFIRM = { action: 4, key: '1000', order: 'A' } as const;
const BUY = { action: 6, package: '7', order: 'A' } as const;

function journal(...more: readonly Exchange[]): Journal {
  const kept = new Journal();
  kept.topUps.push({ partner: 'kiosk', reference: 'T', amountMinor: 500n, acknowledged: true });
  kept.intakes.push({ serials: ['S0', 'S1'], endedAtMs: at('KeysTakenIn'), acknowledged: true });
  kept.exchanges.push(
    told({ action: 3, package: '7' }, '0', at('KeyReserved'), key(0)),
    told({ action: 3, package: '7' }, '0', at('KeyReserved', 1), key(1)),
    told({ action: 5, key: '1001' }, '0', at('ReservationCancelled')),
    told(CONFIRM, '0', at('OrderConfirmed')),
    ...more,
  );
  return kept;
}

const AGREED: Agreed = {
  textOf: (serial) => `TEXT-${serial}`,
  priceOf: () => 300n,
  currencyOf: () => 'AZN',
  floorOf: () => -200n,
};

/** Names of the invariants that a history and a journal break. */
function brokenBy(facts: readonly Fact[], kept: Journal = journal(), floorMinor = -200n): string[] {
  const findings = new Findings();
  const terms = { floorOf: () => floorMinor, nowMs: START_MS, graceMs: 0 };
  const truth = auditLog(toLog(facts), findings, terms);
  auditAnswers(kept, truth, AGREED, findings);
  return findings.broken;
}

const without = (type: string, nth = 0): Fact[] => HISTORY.filter((_, index) => index !== indexOf(type, nth));
const replaced = (type: string, data: object): Fact[] =>
  HISTORY.map((fact) => (fact[1] === type ? ([fact[0], type, { ...fact[2], ...data }] as const) : fact));
const followedBy = (...facts: readonly Fact[]): Fact[] => [...HISTORY, ...facts];

describe('the audit of a log', () => {
  it('finds nothing in a right history', () => {
    expect(brokenBy(HISTORY)).toEqual([]);
  });

  it.each<[string, Fact[], string]>([
    [
      'a key sold to two orders',
      followedBy(['lot-1', 'KeySold', { slot: 0, order: 'p-sale-b', attempt: 1, unit: 1, partner: 'p' }]),
      'no key is sold twice',
    ],
    [
      'an order with two keys',
      followedBy(['lot-1', 'KeySold', { slot: 1, order: ORDER, attempt: 1, unit: 1, partner: 'p' }]),
      'no attempt of an order gets two keys for one unit',
    ],
    [
      'a sale to an attempt that its lot refused',
      followedBy(
        ['lot-1', 'SaleRefused', { order: 'p-sale-b', attempt: 1 }],
        ['lot-1', 'KeySold', { slot: 1, order: 'p-sale-b', attempt: 1, unit: 1, partner: 'p' }],
      ),
      'a lot never sells to an attempt that it refused',
    ],
    [
      'a key sold without an order',
      followedBy(['lot-1', 'KeySold', { slot: 1, order: 'p-sale-b', attempt: 1, unit: 1, partner: 'p' }]),
      'a key is sold exactly where an order is confirmed',
    ],
    ['an order without its key', without('KeySold'), 'a key is sold exactly where an order is confirmed'],
    [
      'an order without its money',
      without('FundsCaptured'),
      'each confirmed order is captured once, with its price',
    ],
    [
      'an order that was charged twice',
      followedBy([WALLET, 'FundsCaptured', capture('300')]),
      'a capture is what its hold held, and names no order twice',
    ],
    [
      'another amount than the price',
      replaced('FundsCaptured', { amount: '299', released: '1' }),
      'each confirmed order is captured once, with its price',
    ],
    [
      'a hold that was never released',
      without('FundsReleased'),
      'every open hold has an open reservation, and the other way round',
    ],
    [
      'a hold that outlived its reservation',
      [
        ...without('FundsReleased'),
        [WALLET, 'FundsReleased', { hold: 'reservation:r1', currency: 'AZN', amount: '300' }],
      ],
      'money is free as soon as its reservation has ended',
    ],
    [
      'a reservation whose hold is gone',
      followedBy(
        [WALLET, 'FundsHeld', hold('r2')],
        ['lot-1', 'KeyReserved', { ...reservation(1, 'r2'), ordinal: 1 }],
        [WALLET, 'FundsReleased', { hold: 'reservation:r2', currency: 'AZN', amount: '300' }],
      ),
      'every open hold has an open reservation, and the other way round',
    ],
    [
      'a top-up that moved no money',
      without('FundsCredited'),
      'the sum over all accounts is zero in every currency',
    ],
    [
      'a top-up left unfinished',
      without('TopUpCompleted'),
      'every top-up is finished, once, with its amount',
    ],
    ['an order left unfinished', without('OrderConfirmed'), 'every claim is finished or undone'],
    [
      'the same key text in two lots',
      followedBy(
        ['lot-2', 'LotOpened', { package: 'g' }],
        ['lot-2', 'KeysTakenIn', { firstSlot: 0, keys: [{ serial: 'S9', fingerprint: 'S0' }] }],
      ),
      'no key text is in stock twice',
    ],
    [
      'a lot announced and forgotten',
      followedBy(['intake-keys', 'LotAnnounced', { lot: 2 }]),
      'every announced lot was filled or voided',
    ],
  ])('finds %s', (_name, facts, invariant) => {
    expect(brokenBy(facts)).toContain(invariant);
  });

  it('finds a hold below the limit', () => {
    expect(brokenBy(HISTORY, journal(), 0n)).toContain('no hold or sale takes available below its limit');
  });

  it('fails an invariant that nothing was measured against', () => {
    const findings = new Findings();
    findings.declare('never looked at');
    expect([findings.passed, findings.failed]).toEqual([0, 1]);
  });
});

describe('the audit of the answers', () => {
  it.each<[string, Exchange, string]>([
    [
      'a key that the log gave to nobody',
      told({ ...BUY, order: 'B' }, '0', at('OrderConfirmed'), key(1)),
      'a key that was answered is the key of that order in the log',
    ],
    [
      'the text of another key',
      told(BUY, '0', at('OrderConfirmed'), { ...key(0), keyText: 'TEXT-S1' }),
      'a key that was answered is the key of that order in the log',
    ],
    [
      'one key confirmed to two orders',
      told({ ...CONFIRM, order: 'B' }, '0', at('OrderConfirmed')),
      'a confirmation that was answered stands in the log',
    ],
    [
      'a second cancellation that succeeded',
      told({ action: 5, key: '1001' }, '0', at('OrderConfirmed')),
      'a cancellation that was answered stands in the log, once',
    ],
    [
      'one reservation told to two customers',
      told({ action: 3, package: '7' }, '0', at('OrderConfirmed'), key(0)),
      'a reservation that was answered stands in the log, with its key and its price',
    ],
    [
      'stock denied while there was some',
      told({ ...BUY, order: 'B' }, '6-5', at('OrderConfirmed')),
      'nobody is told that stock is out while there is some',
    ],
    [
      'money denied while there was enough',
      told({ action: 3, package: '7' }, '0-12', at('LotOpened')),
      'nobody is told that money is short while there is enough',
    ],
    [
      'an open reservation denied',
      told({ action: 4, key: '1001', order: 'B' }, '4-5', at('KeyReserved', 1) + 250),
      'nobody is told that a reservation is gone while it stands',
    ],
    [
      'an order that is said to exist and does not',
      told({ ...BUY, order: 'B' }, '6-7', at('OrderConfirmed')),
      'nobody is told that an order exists unless it does, with something else',
    ],
    [
      'a repeated order that was refused',
      told(BUY, '6-5', at('OrderConfirmed') + 250),
      'whoever repeats a confirmed order is answered as before',
    ],
    [
      'a refusal for a reason out of the air',
      told(BUY, '6-4', at('OrderClaimed')),
      'no call is refused for a reason that it does not have',
    ],
  ])('finds %s', (_name, exchange, invariant) => {
    expect(brokenBy(HISTORY, journal(exchange))).toContain(invariant);
  });

  it('lets nobody count on a key whose return was not acknowledged yet', () => {
    const kept = journal();
    const cancelled = kept.exchanges[2]!;
    kept.exchanges[2] = { ...cancelled, endedAtMs: at('OrderConfirmed') + 2 };
    kept.exchanges.push(told({ ...BUY, order: 'B' }, '6-5', at('OrderConfirmed') + 1));
    expect(brokenBy(HISTORY, kept)).toEqual([]);
  });

  it('finds an order that nobody was told of', () => {
    const kept = journal();
    kept.exchanges.splice(3);
    expect(brokenBy(HISTORY, kept)).toEqual([
      'no order stands in the log that was only ever refused, or never asked for',
    ]);
  });

  it('accepts an order whose answer was lost, unless a repetition of it was refused', () => {
    const kept = journal();
    const lost = { ...kept.exchanges[3]!, answer: null };
    kept.exchanges.splice(3, 1, lost);
    expect(brokenBy(HISTORY, kept)).toEqual([]);
    kept.exchanges.push(told(CONFIRM, '4-5', lost.endedAtMs + 1));
    expect(brokenBy(HISTORY, kept)).toContain(
      'no order stands in the log that was only ever refused, or never asked for',
    );
  });

  it('finds a reservation that nobody was told of', () => {
    const kept = journal();
    kept.exchanges.splice(1, 1);
    expect(brokenBy(HISTORY, kept)).toEqual([
      'no reservation stands in the log that nobody asked for or was told of',
    ]);
  });

  it('finds a top-up and a key that were acknowledged and lost', () => {
    const kept = journal();
    kept.topUps.push({ partner: 'kiosk', reference: 'U', amountMinor: 1n, acknowledged: true });
    kept.intakes.push({ serials: ['S2'], endedAtMs: START_MS, acknowledged: true });
    expect(brokenBy(HISTORY, kept)).toEqual([
      'every top-up that was answered is in the log, with its amount',
      'every key that was taken in is in the log, and no other',
    ]);
  });
});
