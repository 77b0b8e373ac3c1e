import { hasCome } from '../../../platform/kernel/deadline.js';
import { findOperation } from '../../../platform/kernel/operation-window.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { LotEvent, ReleaseTarget } from '../events/lot.events.js';
import { RESERVATIONS_PER_SLOT } from '../limits.js';
import type { LotState, Slot } from './lot.js';
import { attemptOperation, reservationOperation, unitOperation } from './lot-operations.js';

export type LotRejection = 'LotEmpty' | 'AttemptEnded' | 'ReservationEnded' | 'ReservationDue';

/** When a key may be offered: expired ones never, returned ones after the cool-down. */
export interface OfferTerms {
  readonly nowMs: number;
  readonly cooldownMs: number;
}

const unexpired = (slot: Slot, nowMs: number): boolean =>
  slot.expiresAtMs === null || slot.expiresAtMs > nowMs;

/** What came back at a time that is still to come did so while the clock was ahead, and rests no longer. */
export const isCool = (releasedAtMs: number, { nowMs, cooldownMs }: OfferTerms): boolean =>
  releasedAtMs > nowMs || releasedAtMs + cooldownMs <= nowMs;

/** The slot to sell next: fresh keys by expiry, then returned ones in the order of their return; null if none. */
export const nextOffer = (state: LotState, terms: OfferTerms): number | null =>
  nextSlot(state, terms, Number.POSITIVE_INFINITY);

/** The slot to reserve next. A key whose reservations have used up their numbers can be sold only without one. */
export const nextReservable = (state: LotState, terms: OfferTerms): number | null =>
  nextSlot(state, terms, RESERVATIONS_PER_SLOT);

function nextSlot(state: LotState, terms: OfferTerms, reservationsBelow: number): number | null {
  for (let place = state.offerFrom; place < state.offerOrder.length; place += 1) {
    const number = state.offerOrder[place]!;
    const slot = state.slots.get(number)!;
    if (slot.status === 'free' && slot.releasedAtMs === null && unexpired(slot, terms.nowMs)) return number;
  }
  for (const number of state.returned) {
    const slot = state.slots.get(number)!;
    if (
      isCool(slot.releasedAtMs!, terms) &&
      unexpired(slot, terms.nowMs) &&
      slot.reservations < reservationsBelow
    )
      return number;
  }
  return null;
}

export interface SellKey extends OfferTerms {
  readonly order: string;
  readonly attempt: number;
  readonly unit: number;
  readonly partner: string;
}

/** Sells the next key on offer to one unit of an attempt. The same unit twice changes nothing. */
export function sellKey(state: LotState, command: SellKey): LotEvent[] | Rejection<LotRejection> {
  const { order, attempt, unit, partner } = command;
  if (findOperation(state.operations, unitOperation(order, attempt, unit))) return [];
  if (findOperation(state.operations, attemptOperation(order, attempt))) return reject('AttemptEnded');
  const slot = nextOffer(state, command);
  if (slot === null) return reject('LotEmpty');
  return [{ type: 'KeySold', data: { slot, order, attempt, unit, partner } }];
}

export interface SellReservedKey {
  readonly order: string;
  readonly attempt: number;
  readonly unit: number;
  readonly partner: string;
  readonly reservation: string;
  readonly nowMs: number;
}

/** Sells the key that a reservation holds. At its deadline a reservation has ended. */
export function sellReservedKey(
  state: LotState,
  command: SellReservedKey,
): LotEvent[] | Rejection<LotRejection> {
  const { order, attempt, unit, partner, reservation } = command;
  if (findOperation(state.operations, unitOperation(order, attempt, unit))) return [];
  if (findOperation(state.operations, attemptOperation(order, attempt))) return reject('AttemptEnded');
  const slot = state.open.get(reservation);
  if (slot === undefined) return reject('ReservationEnded');
  if (hasCome(state.slots.get(slot)!.reservation!.deadlineMs, command.nowMs)) return reject('ReservationDue');
  return [{ type: 'KeySold', data: { slot, order, attempt, unit, partner, reservation } }];
}

/** Bars an attempt from this lot for ever. */
export function refuseSale(state: LotState, command: { order: string; attempt: number }): LotEvent[] {
  const { order, attempt } = command;
  if (findOperation(state.operations, attemptOperation(order, attempt))) return [];
  return [{ type: 'SaleRefused', data: { order, attempt } }];
}

export interface ReserveKey extends OfferTerms {
  readonly reservation: string;
  readonly partner: string;
  readonly wallet: string;
  readonly currency: string;
  readonly deadline: string;
  readonly shown: boolean;
}

/** Holds the next key on offer for a reservation. The same reservation twice changes nothing. */
export function reserveKey(state: LotState, command: ReserveKey): LotEvent[] | Rejection<LotRejection> {
  const { reservation, partner, wallet, currency, deadline, shown } = command;
  if (state.open.has(reservation)) return [];
  if (findOperation(state.operations, reservationOperation(reservation))) return reject('ReservationEnded');
  const slot = nextReservable(state, command);
  if (slot === null) return reject('LotEmpty');
  const ordinal = state.slots.get(slot)!.reservations;
  return [
    {
      type: 'KeyReserved',
      data: { slot, reservation, ordinal, partner, wallet, currency, deadline, shown },
    },
  ];
}

/** Bars a reservation that holds nothing here from ever holding something. */
export function refuseReservation(state: LotState, command: { reservation: string }): LotEvent[] {
  if (findOperation(state.operations, reservationOperation(command.reservation))) return [];
  return [{ type: 'ReservationRefused', data: { reservation: command.reservation } }];
}

export interface EndReservation {
  readonly reservation: string;
  /** Decision time, UTC ISO. */
  readonly at: string;
  /** Where a key goes whose text was shown; one that was not always returns to stock. */
  readonly shownKeysTo: ReleaseTarget;
}

const releaseTarget = (slot: Slot, shownKeysTo: ReleaseTarget): ReleaseTarget =>
  slot.shown ? shownKeysTo : 'stock';

/** Gives a reserved key back. Nothing, or another outcome, stands for the reservation: `ReservationEnded`. */
export function cancelReservation(
  state: LotState,
  command: EndReservation & { readonly command: string },
): LotEvent[] | Rejection<LotRejection> {
  const { reservation, at, shownKeysTo } = command;
  const slot = state.open.get(reservation);
  if (slot === undefined) return reject('ReservationEnded');
  const to = releaseTarget(state.slots.get(slot)!, shownKeysTo);
  return [{ type: 'ReservationCancelled', data: { slot, reservation, to, command: command.command, at } }];
}

/** Ends a reservation whose deadline has come; nothing if it is not due or no longer open. */
export function expireReservation(
  state: LotState,
  command: EndReservation & { readonly nowMs: number },
): LotEvent[] {
  const { reservation, at, shownKeysTo, nowMs } = command;
  const slot = state.open.get(reservation);
  if (slot === undefined) return [];
  const held = state.slots.get(slot)!;
  if (!hasCome(held.reservation!.deadlineMs, nowMs)) return [];
  const to = releaseTarget(held, shownKeysTo);
  return [{ type: 'ReservationExpired', data: { slot, reservation, to, at } }];
}

/** Takes a sold key out of circulation for good, once. */
export function quarantineSoldKey(
  state: LotState,
  command: { slot: number; order: string; reason: string },
): LotEvent[] {
  const slot = state.slots.get(command.slot);
  if (slot?.status !== 'sold' || slot.sale?.order !== command.order) return [];
  return [
    {
      type: 'KeyQuarantined',
      data: { slot: command.slot, reason: command.reason, order: command.order },
    },
  ];
}

/** Takes every free key of the lot off sale. */
export function retireFreeKeys(state: LotState, reason: string): LotEvent[] {
  const events: LotEvent[] = [];
  state.slots.forEach((slot, number) => {
    if (slot.status === 'free') events.push({ type: 'KeyRetired', data: { slot: number, reason } });
  });
  return events;
}
