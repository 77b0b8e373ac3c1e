import type { Process } from '../platform/processes/process.js';
import type { EmailDelivery } from '../processes/email-delivery/email-delivery.js';
import { type RecoveryOptions, recovery } from '../processes/recovery/recovery.js';
import {
  type ReservationExpiryOptions,
  reservationExpiry,
} from '../processes/reservation-expiry/reservation-expiry.js';
import type { WebhookWarnings } from '../processes/webhook-warnings/webhook-warnings.js';

export interface ProcessParts extends Omit<RecoveryOptions, 'index'> {
  readonly unfinished: RecoveryOptions['index'];
  readonly reservations: ReservationExpiryOptions['index'];
  /** Null: for one command of an operator, nothing is sent meanwhile. */
  readonly emailDelivery: EmailDelivery | null;
  readonly webhookWarnings: WebhookWarnings | null;
}

/** The names of {@link listProcesses}, for those who look at their queues from wherever they are. */
export const PROCESS_NAMES: readonly string[] = [
  'reservation-expiry',
  'recovery',
  'email-delivery',
  'webhook-warnings',
];

/** What reacts to events, on the worker. See `src/platform/processes/README.md`. */
export function listProcesses(parts: ProcessParts): readonly Process[] {
  return [
    reservationExpiry({ ...parts, index: parts.reservations }),
    recovery({ ...parts, index: parts.unfinished }),
    ...[parts.emailDelivery, parts.webhookWarnings].filter((one) => one !== null),
  ];
}
