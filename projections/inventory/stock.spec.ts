import fc from 'fast-check';
import { planQuery } from '../../src/platform/read-store/query-plan.js';
import { atOf, foldProjection, type GivenEvent } from '../../test/support/fold-projection.js';
import { type KeyDocument, keys } from './keys.projection.js';
import { type LotDocument, lots } from './lots.projection.js';

const EXPIRY = '2027-01-01T20:00:00.000Z';
const LATER = '2028-01-01T20:00:00.000Z';

const lotOf = (
  count: number,
  expiresAt: (slot: number) => string | null = () => null,
  keysOfIntake = count,
): GivenEvent[] => [
  {
    stream: 'lot-7',
    type: 'LotOpened',
    data: {
      package: 'pkg',
      product: 'prd',
      supplier: 'sup',
      keys: count,
      unitCost: null,
      fingerprintRule: '1',
    },
  },
  ...Array.from({ length: count / keysOfIntake }, (_, intake) => ({
    stream: 'lot-7',
    type: 'KeysTakenIn',
    data: {
      firstSlot: intake * keysOfIntake,
      keys: Array.from({ length: keysOfIntake }, (_, place) => intake * keysOfIntake + place).map((slot) => ({
        text: 'sealed',
        serial: `SN-${slot}`,
        expiresAt: expiresAt(slot),
        fingerprint: `f${slot}`,
      })),
    },
  })),
];

const event = (type: string, slot: number, data: object = {}): GivenEvent => ({
  stream: 'lot-7',
  type,
  data: { slot, partner: 'par', order: 'ord', deadline: EXPIRY, to: 'stock', reason: 'x', ...data },
});

const lot = (...events: GivenEvent[]): LotDocument => foldProjection<LotDocument>(lots, events)[0]!;

describe('a lot', () => {
  it('counts what came in as available', () => {
    expect(lot(...lotOf(3)).counts).toMatchObject({ available: 3, reserved: 0, sold: 0 });
  });

  it('follows a key through reservation, return and sale', () => {
    const reserved = event('KeyReserved', 1);
    expect(lot(...lotOf(3), reserved).counts).toMatchObject({ available: 2, reserved: 1 });
    const back = event('ReservationExpired', 1);
    expect(lot(...lotOf(3), reserved, back).counts).toMatchObject({ available: 3, reserved: 0 });
    expect(lot(...lotOf(3), reserved, event('KeySold', 1)).counts).toMatchObject({ available: 2, sold: 1 });
  });

  it('a key that was shown may end in quarantine, and be retired from there', () => {
    const events = [
      ...lotOf(2),
      event('KeyReserved', 0),
      event('ReservationCancelled', 0, { to: 'quarantine' }),
    ];
    expect(lot(...events).counts).toMatchObject({ available: 1, reserved: 0, quarantined: 1 });
    expect(lot(...events, event('KeyRetired', 0)).counts).toMatchObject({ quarantined: 0, retired: 1 });
  });

  it('knows how many available keys end when', () => {
    const events = lotOf(4, (slot) => (slot % 2 === 0 ? EXPIRY : null));
    expect(lot(...events).availableUntil).toEqual({ [EXPIRY]: 2 });
    expect(lot(...events, event('KeySold', 2), event('KeySold', 1)).availableUntil).toEqual({ [EXPIRY]: 1 });
    expect(lot(...events, event('KeyReserved', 0), event('ReservationCancelled', 0)).availableUntil).toEqual({
      [EXPIRY]: 2,
    });
  });
});

it('a lot keeps no expiry that none of its keys has', () => {
  const changes = Array.from({ length: 50 }, (_, at) =>
    event('KeyChanged', at % 2, { expiresAt: new Date(Date.UTC(2027, 0, 1 + at)).toISOString() }),
  );
  const { expiries, availableUntil } = lot(...lotOf(2), ...changes);
  expect(expiries).toEqual(['2027-02-18T00:00:00.000Z', '2027-02-19T00:00:00.000Z']);
  expect(Object.values(availableUntil)).toEqual([1, 1]);
  expect(lot(...lotOf(2), ...changes, event('KeyChanged', 0, { expiresAt: null }))).toMatchObject({
    expiries: ['2027-02-19T00:00:00.000Z'],
  });
});

describe('a key', () => {
  const key = (...events: GivenEvent[]): KeyDocument => foldProjection<KeyDocument>(keys, events)[1]!;

  it('has its serial, its expiry and its package, and never its text', () => {
    const found = key(...lotOf(2, () => EXPIRY));
    expect(found).toMatchObject({
      _id: 7001,
      packageId: 'pkg',
      status: 'available',
      serial: 'SN-1',
      expiresAt: EXPIRY,
    });
    expect(JSON.stringify(found)).not.toContain('sealed');
  });

  it('is told anew what was corrected', () => {
    const changed = key(...lotOf(2), event('KeyChanged', 1, { serial: 'SN-NEW', expiresAt: LATER }));
    expect(changed).toMatchObject({ serial: 'SN-NEW', expiresAt: LATER, status: 'available' });
    const again = key(...lotOf(2, () => EXPIRY), event('KeyChanged', 1, { serial: null }));
    expect(again).toMatchObject({ serial: null, expiresAt: EXPIRY });
  });

  it('says who holds it, and forgets it when it comes back', () => {
    const held = [...lotOf(2), event('KeyReserved', 1)];
    expect(key(...held)).toMatchObject({ status: 'reserved', partnerId: 'par', reservedUntil: EXPIRY });
    expect(key(...held, event('ReservationExpired', 1))).toMatchObject({
      status: 'available',
      partnerId: null,
      reservedUntil: null,
    });
    expect(key(...held, event('KeySold', 1))).toMatchObject({
      status: 'sold',
      orderId: 'ord',
      reservedUntil: null,
    });
  });
});

it.each([
  ['KeyReserved', 'reserved', 'par'],
  ['ReservationCancelled', 'available', null],
  ['KeySold', 'sold', 'par'],
  ['KeyQuarantined', 'quarantined', null],
  ['KeyReleased', 'available', null],
  ['KeyRetired', 'retired', null],
])('a key of which all that is told is %s is %s, with whom and since when', (type, status, partnerId) => {
  const changed = foldProjection<KeyDocument>(keys, [...lotOf(2), event(type, 1)])[1]!;
  const at = atOf(2);
  expect(changed).toMatchObject({ status, partnerId, createdAt: atOf(0), updatedAt: at });
  expect(changed.soldAt).toBe(type === 'KeySold' ? at : null);
});

it('lots count what the keys are, whatever happened to them', () => {
  const types = [
    'KeyReserved',
    'ReservationCancelled',
    'ReservationExpired',
    'KeySold',
    'KeyQuarantined',
    'KeyReleased',
    'KeyRetired',
    'KeyChanged',
  ];
  const happening = fc.record({
    type: fc.constantFrom(...types),
    slot: fc.integer({ min: 0, max: 9 }),
    to: fc.constantFrom('stock', 'quarantine'),
    expiresAt: fc.constantFrom(undefined, null, EXPIRY, LATER),
  });
  const expiries = fc.array(fc.constantFrom(null, EXPIRY, LATER), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(expiries, fc.array(happening, { maxLength: 40, size: 'max' }), (known, happenings) => {
      const events = [
        ...lotOf(10, (slot) => known[slot]!, 5),
        ...happenings.map(({ type, slot, to, expiresAt }) => event(type, slot, { to, expiresAt })),
      ];
      const all = foldProjection<KeyDocument>(keys, events);
      const { counts, availableUntil } = lot(...events);
      for (const [status, count] of Object.entries(counts)) {
        expect(all.filter((key) => key.status === status)).toHaveLength(count);
      }
      for (const until of [EXPIRY, LATER]) {
        const expiring = all.filter(({ status, expiresAt }) => status === 'available' && expiresAt === until);
        expect(availableUntil[until] ?? 0).toBe(expiring.length);
      }
    }),
  );
});

it('keys are listed by their expiry without a look at each', () => {
  const sort = { expiresAt: 1, _id: 1 } as const;
  expect(planQuery({}, sort, keys.indexes)).toMatchObject({ ordered: true });
  const ofPackage = planQuery({ packageId: 'pkg' }, sort, keys.indexes);
  expect(keys.indexes[ofPackage.index]).toContain('packageId');
});
