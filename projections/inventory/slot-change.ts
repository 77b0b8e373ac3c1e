import type { LotEvent } from '../../src/contexts/inventory/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';

export type KeyStatus = 'available' | 'reserved' | 'sold' | 'retired' | 'quarantined';

export type SlotEventType =
  | 'KeyReserved'
  | 'ReservationCancelled'
  | 'ReservationExpired'
  | 'KeySold'
  | 'KeyQuarantined'
  | 'KeyReleased'
  | 'KeyRetired';

export const SLOT_EVENTS = [
  'KeyReserved',
  'ReservationCancelled',
  'ReservationExpired',
  'KeySold',
  'KeyQuarantined',
  'KeyReleased',
  'KeyRetired',
] as const satisfies readonly SlotEventType[];

/** The status of the key in its slot after the event. */
export function statusAfter(event: Extract<LotEvent, { type: SlotEventType }>): KeyStatus {
  switch (event.type) {
    case 'KeyReserved':
      return 'reserved';
    case 'ReservationCancelled':
    case 'ReservationExpired':
      return event.data.to === 'stock' ? 'available' : 'quarantined';
    case 'KeySold':
      return 'sold';
    case 'KeyQuarantined':
      return 'quarantined';
    case 'KeyReleased':
      return 'available';
    case 'KeyRetired':
      return 'retired';
    default:
      return unreachable(event);
  }
}
