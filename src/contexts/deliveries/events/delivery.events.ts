/**
 * Stored format of `delivery-<order id>` streams: add optional fields or upcast, never rename. An order is sent as
 * often as somebody asks for it; every such send is numbered, and everything that becomes of it names the number.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';

export interface Recipient {
  /** Ciphertext under the customer's own data key. */
  readonly address: string;
  /** Keyed hash of the address. */
  readonly hash: string;
  /** The stream that the ciphertext is bound to: the order's claim, its delivery for a corrected address, or the suppression. */
  readonly sealedIn: 'order' | 'delivery' | 'suppression';
}

/** What a provider tells of a message that it took. */
export type Report = 'sent' | 'opened' | 'failed' | 'delivered' | 'bounced' | 'complained';

export type DeliveryEvent =
  | DomainEvent<
      'DeliveryRequested',
      {
        /** Numbered from 1 over the order. */
        readonly send: number;
        /** The order's public number. */
        readonly orderNumber: number;
        readonly partner: string;
        readonly language: string;
        readonly recipient: Recipient;
        /** `order`: asked for with the sale. `resend`: by the staff. */
        readonly cause: 'order' | 'resend';
      }
    >
  /** The message was not taken, or nobody knows; it is tried again under the same id. */
  | DomainEvent<
      'DeliveryAttemptFailed',
      {
        readonly send: number;
        readonly attempt: number;
        readonly code: string;
        readonly retryAt: string;
      }
    >
  /** The provider took the message. */
  | DomainEvent<
      'DeliverySent',
      {
        readonly send: number;
        readonly attempt: number;
        readonly provider: string;
        /** How the provider calls the message; null if it did not say. */
        readonly providerId: string | null;
      }
    >
  /** Given up. */
  | DomainEvent<'DeliveryFailed', { readonly send: number; readonly attempt: number; readonly code: string }>
  /** Not sent: the address bounced or complained before. */
  | DomainEvent<'DeliverySuppressed', { readonly send: number }>
  /** Not sent: the customer was erased. */
  | DomainEvent<'DeliveryErased', { readonly send: number }>
  | DomainEvent<
      'DeliveryReported',
      {
        readonly send: number;
        readonly report: Report;
        /** The provider's id of the report. */
        readonly reportId: string;
        readonly providerId: string | null;
        /** When it happened, by the provider. */
        readonly reportedAt: string;
        readonly code: string | null;
      }
    >;
