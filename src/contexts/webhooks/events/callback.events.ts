/**
 * Stored format of `callback-<endpoint>.<position of the notice>` streams, one for each message to an endpoint: add
 * optional fields or upcast, never rename.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { NoticeType } from './webhooks.events.js';

/** Why an attempt failed without an answer, or was not made at all. */
export type FailureReason =
  | 'timeout'
  | 'connection'
  | 'answer'
  | 'status'
  | 'malformed'
  | 'scheme'
  | 'https-required'
  | 'userinfo'
  | 'port'
  | 'private-address'
  | 'unresolvable';

export type CallbackEvent =
  | DomainEvent<
      'CallbackAttempted',
      {
        readonly webhook: number;
        readonly partner: string;
        /** Position of the notice. */
        readonly notice: string;
        readonly eventId: string;
        readonly eventType: NoticeType;
        /** Numbered from 1 over all attempts of the message. */
        readonly attempt: number;
        /** Numbered from 1 since the message was last asked for anew. */
        readonly round: number;
        readonly outcome: 'delivered' | 'failed';
        readonly failure: FailureReason | null;
        /** Of the answer; null if there was none. */
        readonly status: number | null;
        /** First bytes of the answer as text: ciphertext, as receivers may answer anything. */
        readonly response: string | null;
        readonly tookMs: number;
        /** Null: this was the last attempt. */
        readonly nextAttempt: string | null;
      }
    >
  /** Sent again from the first attempt on, whatever became of it. */
  | DomainEvent<
      'CallbackRedeliveryRequested',
      { readonly webhook: number; readonly partner: string; readonly notice: string }
    >;
