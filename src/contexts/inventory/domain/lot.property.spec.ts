import fc from 'fast-check';
import { foldEvents } from '../../../../test/support/given.js';
import { iso, openedLot } from '../../../../test/support/lot-history.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import type { LotEvent } from '../events/lot.events.js';
import { changeKey, quarantineKey, releaseKey, retireKey } from './key-handling.decider.js';
import * as decider from './lot.decider.js';
import { Lot, type LotState, type SlotStatus } from './lot.js';

/** A command on a lot: what it decides, and the same for its second time. */
type Decide = (state: LotState, nowMs: number) => readonly LotEvent[] | Rejection;

const id = fc.integer({ min: 0, max: 7 });
const slot = fc.integer({ min: 0, max: 4 });
const base = { partner: 'p', cooldownMs: 0 };
const decisions: fc.Arbitrary<Decide> = fc.oneof(
  fc.tuple(id, fc.integer({ min: 1, max: 2 })).map(
    ([order, attempt]): Decide =>
      (state, nowMs) =>
        decider.sellKey(state, { ...base, nowMs, order: `o${order}`, attempt, unit: 0 }),
  ),
  id.map(
    (reservation): Decide =>
      (state, nowMs) =>
        decider.reserveKey(state, {
          ...base,
          nowMs,
          reservation: `r${reservation}`,
          wallet: 'w',
          currency: 'AZN',
          deadline: iso(nowMs + 500),
          shown: reservation % 2 === 0,
        }),
  ),
  fc.tuple(id, id).map(
    ([order, reservation]): Decide =>
      (state, nowMs) =>
        decider.sellReservedKey(state, {
          ...base,
          nowMs,
          order: `o${order}`,
          attempt: 1,
          unit: 0,
          reservation: `r${reservation}`,
        }),
  ),
  fc.tuple(id, fc.constantFrom('stock' as const, 'quarantine' as const)).map(
    ([reservation, shownKeysTo]): Decide =>
      (state, nowMs) =>
        decider.expireReservation(state, {
          reservation: `r${reservation}`,
          at: iso(nowMs),
          shownKeysTo,
          nowMs,
        }),
  ),
  id.map(
    (order): Decide =>
      (state) =>
        decider.refuseSale(state, { order: `o${order}`, attempt: 1 }),
  ),
  id.map(
    (reservation): Decide =>
      (state) =>
        decider.refuseReservation(state, { reservation: `r${reservation}` }),
  ),
  slot.map(
    (number): Decide =>
      (state) =>
        retireKey(state, { slot: number, reason: 'test' }),
  ),
  slot.map(
    (number): Decide =>
      (state) =>
        quarantineKey(state, { slot: number, reason: 'test' }),
  ),
  slot.map(
    (number): Decide =>
      (state, nowMs) =>
        releaseKey(state, { slot: number, at: iso(nowMs) }),
  ),
  fc.tuple(slot, fc.constantFrom(null, 1500, 3000, 4500)).map(
    ([number, ms]): Decide =>
      (state) =>
        changeKey(state, { slot: number, expiresAt: ms === null ? null : iso(ms) }),
  ),
);

const cancelling: fc.Arbitrary<Decide> = id.map(
  (reservation): Decide =>
    (state, nowMs) =>
      decider.cancelReservation(state, {
        reservation: `r${reservation}`,
        at: iso(nowMs),
        shownKeysTo: 'stock',
        command: 'c',
      }),
);

const expiries = fc.array(fc.constantFrom(null, 1500, 3000), { minLength: 1, maxLength: 5 });
const steps = fc.array(fc.tuple(fc.oneof(decisions, cancelling), fc.integer({ min: 0, max: 400 })), {
  maxLength: 60,
  size: 'max',
});

/** Plays commands in order of time; answers the history. */
function play(lot: LotEvent[], commands: readonly (readonly [Decide, number])[]): LotEvent[] {
  const history = [...lot];
  let state = foldEvents(Lot, history);
  let nowMs = 1000;
  for (const [decide, pauseMs] of commands) {
    nowMs += pauseMs;
    const decided = decide(state, nowMs);
    if (isRejection(decided)) continue;
    for (const event of decided) {
      state = Lot.evolve(state, event, { revision: history.length });
      history.push(event);
    }
  }
  return history;
}

const count = (state: LotState, status: SlotStatus): number =>
  state.slots.filter((one) => one.status === status).size;

test('no key is held or sold twice, and every key is somewhere', () => {
  fc.assert(
    fc.property(expiries, steps, (lot, commands) => {
      const history = play(openedLot(...lot), commands);
      const held = new Map<number, string>();
      const sold = new Set<number>();
      history.forEach((event) => {
        if (event.type === 'KeyReserved') {
          expect(held.has(event.data.slot) || sold.has(event.data.slot)).toBe(false);
          held.set(event.data.slot, event.data.reservation);
        }
        if (event.type === 'ReservationCancelled' || event.type === 'ReservationExpired') {
          expect(held.get(event.data.slot)).toBe(event.data.reservation);
          held.delete(event.data.slot);
        }
        if (event.type === 'KeySold') {
          expect(sold.has(event.data.slot)).toBe(false);
          expect(held.get(event.data.slot)).toBe(event.data.reservation);
          held.delete(event.data.slot);
          sold.add(event.data.slot);
        }
        if (event.type === 'KeyRetired')
          expect(held.has(event.data.slot) || sold.has(event.data.slot)).toBe(false);
      });
      const state = foldEvents(Lot, history);
      expect(count(state, 'sold')).toBe(sold.size);
      expect([state.open.size, count(state, 'reserved')]).toEqual([held.size, held.size]);
      expect(state.free).toBe(count(state, 'free'));
      const others = count(state, 'retired') + count(state, 'quarantined');
      expect(sold.size + held.size + state.free + others).toBe(lot.length);
    }),
    { numRuns: 400 },
  );
});

test('a command given twice changes nothing more', () => {
  fc.assert(
    fc.property(expiries, steps, decisions, (lot, commands, decide) => {
      const history = play(openedLot(...lot), commands);
      const nowMs = 1000 + commands.reduce((sum, [, pauseMs]) => sum + pauseMs, 0);
      const once = decide(foldEvents(Lot, history), nowMs);
      if (isRejection(once)) return;
      const twice = decide(foldEvents(Lot, [...history, ...once]), nowMs);
      expect(isRejection(twice) ? [] : twice).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('the state does not depend on where a snapshot was taken', () => {
  fc.assert(
    fc.property(expiries, steps, fc.nat(), (lot, commands, cut) => {
      const history = play(openedLot(...lot), commands);
      const at = cut % (history.length + 1);
      const early = foldEvents(Lot, history.slice(0, at));
      const json = JSON.parse(JSON.stringify(Lot.snapshot!.encode(early)));
      let late = Lot.snapshot!.decode(json as never, at - 1);
      // What was before the snapshot is looked up in the stream, so it must not be said to be known.
      expect(late.operations.since).toBe(at);
      history.slice(at).forEach((event, index) => {
        late = Lot.evolve(late, event, { revision: at + index });
      });
      const comparable = ({ operations: _, ...state }: LotState) => ({
        ...state,
        slots: state.slots.toArray(),
        returned: state.returned.toArray(),
        open: state.open.entries().sort(),
      });
      expect(comparable(late)).toEqual(comparable(foldEvents(Lot, history)));
    }),
    { numRuns: 200 },
  );
});
