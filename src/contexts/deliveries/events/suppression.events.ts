/**
 * Stored format of `suppression-<keyed hash of an address>` streams: add optional fields or upcast, never rename.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Recipient } from './delivery.events.js';

export type SuppressionEvent =
  | DomainEvent<
      'AddressSuppressed',
      {
        readonly publicId: number;
        readonly reason: 'bounced' | 'complained';
        /** Order and send that bounced or was complained about; absent where the mail was no order's. */
        readonly order?: string;
        readonly send?: number;
        /** The partner that was written to itself. */
        readonly partner?: string;
        /** The address, readable as long as the customer's data key is there. */
        readonly recipient: Recipient;
      }
    >
  | DomainEvent<'SuppressionLifted', Record<string, never>>;
