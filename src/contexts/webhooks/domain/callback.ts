import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { CallbackEvent } from '../events/callback.events.js';
import { MAX_ATTEMPTS } from '../limits.js';
import type { WebhookRejectionCode } from '../rejections.js';

export interface CallbackState {
  /** `waiting`: for its next attempt. `none`: never attempted. */
  readonly status: 'none' | 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  /** Attempts since it was last asked for anew. */
  readonly round: number;
}

export const callbackId = (webhook: number, notice: string): string => `${webhook}.${notice}`;

/** Category `callback`, id of {@link callbackId}: one message to one endpoint. */
export const Callback: Aggregate<CallbackState, CallbackEvent> = {
  category: 'callback',
  stateVersion: 1,
  initial: { status: 'none', attempts: 0, round: 0 },
  isLive: ({ status }) => status === 'waiting',
  evolve(state, event) {
    switch (event.type) {
      case 'CallbackAttempted': {
        const { attempt, round, outcome, nextAttempt } = event.data;
        const status = outcome === 'failed' && nextAttempt !== null ? 'waiting' : outcome;
        return { status, attempts: attempt, round };
      }
      case 'CallbackRedeliveryRequested':
        return { ...state, status: 'waiting', round: 0 };
      default:
        return unreachable(event);
    }
  },
};

type Attempted = Extract<CallbackEvent, { type: 'CallbackAttempted' }>['data'];

/** Records an attempt once: one that somebody else recorded meanwhile changes nothing. */
export function recordAttempt(state: CallbackState, attempt: Attempted): CallbackEvent[] {
  return state.attempts === attempt.attempt - 1 ? [{ type: 'CallbackAttempted', data: attempt }] : [];
}

/** Whatever became of it: one that waits for its next attempt is tried now, unless that was asked for already. */
export function redeliver(
  state: CallbackState,
  message: { readonly webhook: number; readonly partner: string; readonly notice: string },
): CallbackEvent[] | Rejection<WebhookRejectionCode> {
  if (state.status === 'none') return reject('MessageUnknown');
  if (state.status === 'waiting' && state.round === 0) return reject('MessageIsWaiting');
  if (state.attempts >= MAX_ATTEMPTS) return reject('TooManyAttempts', { limit: MAX_ATTEMPTS });
  return [{ type: 'CallbackRedeliveryRequested', data: message }];
}
