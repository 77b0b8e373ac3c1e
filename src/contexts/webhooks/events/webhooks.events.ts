/** Stored format of `webhooks-<partner>` streams: add optional fields or upcast, never rename. */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';

export type NoticeType =
  | 'order.confirmed'
  | 'order.cancelled'
  | 'order.refunded'
  | 'delivery.updated'
  | 'balance.low'
  | 'package.back_in_stock';

/** A signing secret: ciphertext under the partner's data key, bound to `id`. */
export interface SealedSecret {
  readonly id: string;
  readonly sealed: string;
}

export interface WebhookFields {
  readonly url: string;
  readonly eventTypes: readonly NoticeType[];
  readonly description: string | null;
}

/** Who switched an endpoint off: somebody, five days of failures, or its own answer 410. */
export type DisabledBecause = 'asked' | 'failing' | 'gone';

/** What the partner is told of by mail; who switched an endpoint off knows. */
export type WarnedOf = Exclude<DisabledBecause, 'asked'>;

export type WebhooksEvent =
  | DomainEvent<
      'WebhookCreated',
      WebhookFields & {
        /** The number that the outside knows the endpoint by. */
        readonly webhook: number;
        readonly secret: SealedSecret;
      }
    >
  /** All fields as they stand from now on. */
  | DomainEvent<'WebhookChanged', WebhookFields & { readonly webhook: number }>
  | DomainEvent<
      'WebhookSecretRotated',
      {
        readonly webhook: number;
        readonly secret: SealedSecret;
        /** The secret before it signs too until then; null: no longer. */
        readonly previousValidUntil: string | null;
      }
    >
  | DomainEvent<'WebhookDisabled', { readonly webhook: number; readonly because: DisabledBecause }>
  /** Stands with the `WebhookDisabled` that the partner is told of by mail. */
  | DomainEvent<
      'WebhookWarningRequested',
      {
        readonly webhook: number;
        /** Numbered from 1 over the endpoint. */
        readonly warning: number;
        readonly because: WarnedOf;
        readonly disabledAt: string;
        /** Since when nothing was accepted; null if it was until now. */
        readonly failingSince: string | null;
      }
    >
  /** The mail was not taken, or nobody knows; it is tried again under the same id. */
  | DomainEvent<
      'WebhookWarningDelayed',
      {
        readonly webhook: number;
        readonly warning: number;
        readonly attempt: number;
        readonly code: string;
        readonly retryAt: string;
      }
    >
  /** The provider took the mail. */
  | DomainEvent<
      'WebhookWarningSent',
      {
        readonly webhook: number;
        readonly warning: number;
        readonly attempt: number;
        readonly provider: string;
        /** How the provider calls the message; null if it did not say. */
        readonly providerId: string | null;
      }
    >
  /** Given up, there was nobody to write to, or the mail came back. */
  | DomainEvent<
      'WebhookWarningFailed',
      { readonly webhook: number; readonly warning: number; readonly attempt: number; readonly code: string }
    >
  | DomainEvent<'WebhookEnabled' | 'WebhookDeleted', { readonly webhook: number }>
  /** Every message of the subscribed types in a stretch of the partner's notices is sent again. */
  | DomainEvent<
      'WebhookRedeliveryRequested',
      {
        readonly webhook: number;
        /** Positions of the first and the last notice, both included. */
        readonly first: string;
        readonly last: string;
      }
    >;
