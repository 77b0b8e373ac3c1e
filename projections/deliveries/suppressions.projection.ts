import type { Recipient, SuppressionEvent } from '../../src/contexts/deliveries/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

/** An address that nothing is sent to, by its keyed hash; gone when it is lifted. */
export interface SuppressionDocument extends ReadDocument {
  readonly id: number;
  readonly reason: 'bounced' | 'complained';
  /** Of the order whose delivery was the reason (id of its stream); null where a partner was written to itself. */
  readonly orderId: string | null;
  /** That partner (UUID). */
  readonly partnerId: string | null;
  /** Ciphertext. */
  readonly recipient: Recipient;
  readonly suppressedAt: string;
}

export const suppressions = defineProjection<SuppressionDocument, SuppressionEvent>({
  name: 'suppressions',
  version: 2,
  indexes: [['id'], ['suppressedAt']],
  handles: { suppression: ['AddressSuppressed', 'SuppressionLifted'] },
  keysOf: (event) => event.id,
  evolve(_, event) {
    switch (event.type) {
      case 'AddressSuppressed': {
        const {
          publicId: id,
          reason,
          order: orderId = null,
          partner: partnerId = null,
          recipient,
        } = event.data;
        return { _id: event.id, id, reason, orderId, partnerId, recipient, suppressedAt: event.at };
      }
      case 'SuppressionLifted':
        return null;
      default:
        return unreachable(event);
    }
  },
});
