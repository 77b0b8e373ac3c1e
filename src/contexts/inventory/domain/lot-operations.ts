import type { LotEvent } from '../events/lot.events.js';

/**
 * Operation keys of a lot's window. Joined: what a template puts together stays a chain of its parts in V8, and there is one such
 * text for each key of each lot in memory.
 */
export const attemptOperation = (order: string, attempt: number): string => ['a', order, attempt].join(':');
export const unitOperation = (order: string, attempt: number, unit: number): string =>
  ['u', order, attempt, unit].join(':');
export const reservationOperation = (reservation: string): string => ['r', reservation].join(':');

/** What an event says about the operations that a lot remembers. */
export function operationsOf(event: LotEvent): readonly (readonly [operation: string, outcome: string])[] {
  switch (event.type) {
    case 'KeyReserved':
      return [[reservationOperation(event.data.reservation), 'reserved']];
    case 'ReservationRefused':
      return [[reservationOperation(event.data.reservation), 'refused']];
    case 'ReservationCancelled':
      return [[reservationOperation(event.data.reservation), `cancelled:${event.data.command}`]];
    case 'ReservationExpired':
      return [[reservationOperation(event.data.reservation), 'expired']];
    case 'SaleRefused':
      return [[attemptOperation(event.data.order, event.data.attempt), 'refused']];
    case 'KeySold': {
      const { order, attempt, unit, slot, reservation } = event.data;
      const sale = [unitOperation(order, attempt, unit), `sold:${slot}`] as const;
      return reservation === undefined
        ? [sale]
        : [sale, [reservationOperation(reservation), `sold:${order}`]];
    }
    default:
      return [];
  }
}

/** The operations in a stretch of a lot's stream, for claims that are older than the state's window. */
export function lotOperations(events: readonly LotEvent[]): ReadonlyMap<string, string> {
  return new Map(events.flatMap((event) => operationsOf(event)));
}
