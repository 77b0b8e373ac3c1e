import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { DeliveryEvent, Recipient, Report } from '../events/delivery.events.js';
import { MAX_REPORTS } from '../limits.js';

export type DeliveryStatus = 'pending' | Report | 'suppressed' | 'erased';

/** One send of an order's keys. */
export interface Send {
  readonly send: number;
  readonly recipient: Recipient;
  readonly language: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** Why the last attempt failed, or the message came back. */
  readonly errorCode: string | null;
  /** When the next attempt is due; null before the first and after the last. */
  readonly retryAt: string | null;
  readonly providerId: string | null;
  /** Ids of the latest reports. */
  readonly reports: readonly string[];
}

export interface DeliveryState {
  readonly orderNumber: number;
  readonly partner: string;
  /** The last one is what the order's delivery stands at. */
  readonly sends: readonly Send[];
}

/**
 * A status only moves forward. That a message was opened does not prove that it was delivered, so that `opened` stands
 * before `delivered` and never follows it.
 */
const RANK = {
  pending: 0,
  sent: 1,
  opened: 2,
  failed: 3,
  suppressed: 3,
  delivered: 4,
  bounced: 5,
  complained: 6,
  erased: 7,
} as const satisfies Record<DeliveryStatus, number>;

/** Whether `next` is further than `status`. */
export const movesForward = (status: DeliveryStatus, next: DeliveryStatus): boolean =>
  RANK[next] > RANK[status];

export const Delivery: Aggregate<DeliveryState, DeliveryEvent> = {
  category: 'delivery',
  stateVersion: 1,
  initial: { orderNumber: 0, partner: '', sends: [] },
  isLive: ({ sends }) => sends.at(-1)?.status === 'pending',
  evolve(state, event) {
    switch (event.type) {
      case 'DeliveryRequested': {
        const { send, orderNumber, partner, language, recipient } = event.data;
        return { orderNumber, partner, sends: [...state.sends, newSend(send, recipient, language)] };
      }
      case 'DeliveryAttemptFailed': {
        const { attempt, code, retryAt } = event.data;
        return changed(state, event.data.send, () => ({ attempts: attempt, errorCode: code, retryAt }));
      }
      case 'DeliverySent': {
        const { attempt, providerId } = event.data;
        return changed(state, event.data.send, (send) => ({
          ...forward(send, 'sent', null),
          attempts: attempt,
          providerId: providerId ?? send.providerId,
        }));
      }
      case 'DeliveryFailed': {
        const { attempt, code } = event.data;
        return changed(state, event.data.send, (send) => ({
          ...forward(send, 'failed', code),
          attempts: attempt,
        }));
      }
      case 'DeliverySuppressed':
        return changed(state, event.data.send, (send) => forward(send, 'suppressed', 'address_suppressed'));
      case 'DeliveryErased':
        return changed(state, event.data.send, (send) => forward(send, 'erased', 'customer_erased'));
      case 'DeliveryReported': {
        const { report, reportId, providerId, code } = event.data;
        return changed(state, event.data.send, (send) => ({
          ...forward(send, report, code),
          providerId: send.providerId ?? providerId,
          reports: [...send.reports, reportId].slice(-MAX_REPORTS),
        }));
      }
      default:
        return unreachable(event);
    }
  },
};

const newSend = (send: number, recipient: Recipient, language: string): Send => ({
  send,
  recipient,
  language,
  status: 'pending',
  attempts: 0,
  errorCode: null,
  retryAt: null,
  providerId: null,
  reports: [],
});

function forward(send: Send, status: DeliveryStatus, errorCode: string | null): Partial<Send> {
  return movesForward(send.status, status) ? { status, errorCode, retryAt: null } : {};
}

function changed(state: DeliveryState, number: number, change: (send: Send) => Partial<Send>): DeliveryState {
  const sends = state.sends.map((send) => (send.send === number ? { ...send, ...change(send) } : send));
  return { ...state, sends };
}
