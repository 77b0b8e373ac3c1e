import type { Process } from '../platform/processes/process.js';
import { type RecoveryOptions, recovery } from '../processes/recovery/recovery.js';
import {
  type ReservationExpiryOptions,
  reservationExpiry,
} from '../processes/reservation-expiry/reservation-expiry.js';

export interface ProcessParts extends Omit<RecoveryOptions, 'index'> {
  readonly unfinished: RecoveryOptions['index'];
  readonly reservations: ReservationExpiryOptions['index'];
}

/** What reacts to events, on the worker. See `src/platform/processes/README.md`. */
export function listProcesses(parts: ProcessParts): readonly Process[] {
  return [
    reservationExpiry({ ...parts, index: parts.reservations }),
    recovery({ ...parts, index: parts.unfinished }),
  ];
}
