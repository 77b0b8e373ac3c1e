import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Intake } from '../domain/intake.js';
import { Lot } from '../domain/lot.js';
import type { IntakeEvent } from './intake.events.js';
import type { LotEvent } from './lot.events.js';

const FOLDER = join(__dirname, 'golden');

/** A stored sample, exactly as the log holds it. */
function sample<E extends DomainEvent>(type: E['type'], version = 1): E {
  return JSON.parse(readFileSync(join(FOLDER, `${type}.v${version}.json`), 'utf8')) as E;
}

// Complete by type: an event without a sample does not compile, one without a file does not run.
const intake = {
  LotAnnounced: sample<IntakeEvent>('LotAnnounced'),
} satisfies Record<IntakeEvent['type'], IntakeEvent>;
const lot = {
  LotOpened: sample<LotEvent>('LotOpened'),
  KeysTakenIn: sample<LotEvent>('KeysTakenIn', 2),
  LotVoided: sample<LotEvent>('LotVoided'),
  KeyReserved: sample<LotEvent>('KeyReserved'),
  ReservationRefused: sample<LotEvent>('ReservationRefused'),
  ReservationCancelled: sample<LotEvent>('ReservationCancelled'),
  ReservationExpired: sample<LotEvent>('ReservationExpired'),
  KeySold: sample<LotEvent>('KeySold'),
  SaleRefused: sample<LotEvent>('SaleRefused'),
  KeyQuarantined: sample<LotEvent>('KeyQuarantined'),
  KeyReleased: sample<LotEvent>('KeyReleased'),
  KeyChanged: sample<LotEvent>('KeyChanged'),
  KeyRetired: sample<LotEvent>('KeyRetired'),
  KeyRevealed: sample<LotEvent>('KeyRevealed'),
} satisfies Record<LotEvent['type'], LotEvent>;

describe('the stored samples fold into', () => {
  it('how many lots were announced', () => {
    expect(foldEvents(Intake, [intake.LotAnnounced])).toEqual({
      lots: 7,
      recent: ['0197a5c0-1111-7000-8000-00000000000a'],
    });
  });

  it('a lot as it comes in', () => {
    const state = foldEvents(Lot, [lot.LotOpened, lot.KeysTakenIn]);
    expect(state).toMatchObject({
      status: 'open',
      package: '018f6b1e-0000-7000-8000-0000000000aa',
      product: '018f6b1e-0000-7000-8000-0000000000bb',
      supplier: '018f6b1e-0000-7000-8000-0000000000cc',
      unitCost: { amount: '2950', currency: 'AZN' },
      free: 3,
      offerOrder: [2, 0, 1],
    });
    expect(state.slots.map((slot) => slot.expiresAtMs).toArray()).toEqual([
      Date.UTC(2027, 11, 31, 20),
      null,
      Date.UTC(2026, 5, 30, 20),
    ]);
  });

  it('the same lot from keys that had a text each', () => {
    const before = sample<LotEvent>('KeysTakenIn');
    expect(before).toMatchObject({ data: { keys: [{ text: expect.any(String) }, {}, {}] } });
    expect(foldEvents(Lot, [lot.LotOpened, before])).toEqual(
      foldEvents(Lot, [lot.LotOpened, lot.KeysTakenIn]),
    );
  });

  it('a lot that was never filled', () => {
    expect(foldEvents(Lot, [lot.LotVoided]).status).toBe('voided');
  });

  it('a reservation that comes back', () => {
    const reserved = [lot.LotOpened, lot.KeysTakenIn, lot.KeyReserved];
    const before = foldEvents(Lot, reserved);
    expect(before.slots.get(2)).toMatchObject({
      status: 'reserved',
      reservations: 1,
      shown: true,
      reservation: { currency: 'AZN', ordinal: 0, deadlineMs: Date.UTC(2026, 0, 15, 10, 10) },
    });
    expect(before.free).toBe(2);
    const after = foldEvents(Lot, [...reserved, lot.ReservationCancelled, lot.ReservationRefused]);
    expect(after.slots.get(2)).toMatchObject({ status: 'free', reservation: null, shown: true });
    expect(after.slots.get(2)?.releasedAtMs).toBe(Date.UTC(2026, 0, 15, 10, 5));
    expect([after.free, after.returned.toArray(), after.open.size]).toEqual([3, [2], 0]);
  });

  it('keys that are expired, sold, quarantined, retired and revealed', () => {
    const state = foldEvents(Lot, [
      lot.LotOpened,
      lot.KeysTakenIn,
      lot.KeySold,
      lot.SaleRefused,
      lot.ReservationExpired,
    ]);
    expect(state.slots.map((slot) => slot.status).toArray()).toEqual(['quarantined', 'free', 'sold']);
    expect(state.slots.get(2)?.sale).toEqual({ order: 'terminal-sale-4f2a9c', attempt: 1, unit: 0 });
    const rest = [lot.KeyQuarantined, lot.KeyRetired, lot.KeyRevealed];
    const later = rest.reduce((now, event, index) => Lot.evolve(now, event, { revision: 5 + index }), state);
    expect(later.slots.map((slot) => slot.status).toArray()).toEqual([
      'quarantined',
      'retired',
      'quarantined',
    ]);
    expect(later.slots.get(2)?.shown).toBe(true);
  });

  it('a key that comes back from quarantine, with another expiry', () => {
    const opened = [lot.LotOpened, lot.KeysTakenIn];
    const withdrawn: LotEvent = { type: 'KeyQuarantined', data: { slot: 1, reason: 'complaint' } };
    const state = foldEvents(Lot, [...opened, withdrawn, lot.KeyReleased, lot.KeyChanged]);
    expect(state.slots.get(1)).toMatchObject({
      status: 'free',
      releasedAtMs: Date.UTC(2026, 2, 1, 12, 40),
      expiresAtMs: Date.UTC(2028, 0, 1, 20),
    });
    expect([state.free, state.returned.toArray(), state.offerOrder]).toEqual([3, [1], [2, 0, 1]]);
  });
});

it('every sample is of an event that is still read', () => {
  const read = [intake, lot].flatMap((samples) => Object.keys(samples));
  const sampled = new Set(readdirSync(FOLDER).map((file) => file.split('.')[0]));
  expect([...sampled]).toEqual(read.sort());
});
