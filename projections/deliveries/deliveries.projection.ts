import type { DeliveryEvent, DeliveryStatus, Recipient } from '../../src/contexts/deliveries/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

/** What became of an order's keys on their way by e-mail: of its newest send. */
export interface DeliveryDocument extends ReadDocument {
  /** The order's public number. */
  readonly orderNumber: number;
  readonly partnerId: string;
  readonly send: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly lastErrorCode: string | null;
  readonly retryAt: string | null;
  readonly language: string;
  /** Ciphertext: it is decrypted to be masked, as long as the customer's data key is there. */
  readonly recipient: Recipient;
  readonly provider: string | null;
  readonly requestedAt: string;
  readonly sentAt: string | null;
  readonly openedAt: string | null;
  readonly updatedAt: string;
}

export const deliveries = defineProjection<DeliveryDocument, DeliveryEvent>({
  name: 'deliveries',
  version: 1,
  indexes: [['updatedAt'], ['status', 'updatedAt'], ['partnerId', 'updatedAt']],
  handles: {
    delivery: [
      'DeliveryRequested',
      'DeliveryAttemptFailed',
      'DeliverySent',
      'DeliveryFailed',
      'DeliverySuppressed',
      'DeliveryErased',
      'DeliveryReported',
    ],
  },
  keysOf: (event) => event.id,
  evolve(delivery, event) {
    const { at: updatedAt } = event;
    if (event.type === 'DeliveryRequested') {
      const { send, orderNumber, partner: partnerId, language, recipient } = event.data;
      return {
        ...{ _id: event.id, orderNumber, partnerId, send, language, recipient, updatedAt },
        ...{ status: 'pending', attempts: 0, lastErrorCode: null, retryAt: null, provider: null },
        ...{ requestedAt: updatedAt, sentAt: null, openedAt: null },
      };
    }
    if (!delivery || delivery.send !== event.data.send) return delivery;
    const isPending = delivery.status === 'pending';
    const ended = { ...delivery, updatedAt, retryAt: null };
    switch (event.type) {
      case 'DeliveryAttemptFailed': {
        const { attempt: attempts, code: lastErrorCode, retryAt } = event.data;
        return { ...delivery, attempts, lastErrorCode, retryAt, updatedAt };
      }
      case 'DeliverySent': {
        const { attempt: attempts, provider } = event.data;
        const sent = isPending ? { status: 'sent' as const, lastErrorCode: null } : {};
        return { ...ended, ...sent, attempts, provider, sentAt: updatedAt };
      }
      case 'DeliveryFailed':
        return { ...ended, status: 'failed', attempts: event.data.attempt, lastErrorCode: event.data.code };
      case 'DeliverySuppressed':
        return { ...ended, status: 'suppressed', lastErrorCode: 'address_suppressed' };
      case 'DeliveryErased':
        return { ...ended, status: 'erased', lastErrorCode: 'customer_erased' };
      case 'DeliveryReported': {
        // Reports that move nothing forward are not stored.
        const { report: status, code: lastErrorCode, reportedAt } = event.data;
        const openedAt = status === 'opened' ? reportedAt : delivery.openedAt;
        return { ...ended, status, lastErrorCode, openedAt };
      }
      default:
        return unreachable(event);
    }
  },
});
