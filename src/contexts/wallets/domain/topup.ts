import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { TopUpEvent } from '../events/topup.events.js';

export interface TopUpState {
  readonly status: 'none' | 'claimed' | 'completed';
  readonly claim: Extract<TopUpEvent, { type: 'TopUpClaimed' }>['data'] | null;
}

/** Category `topup`: one stream for each (owner, reference), which makes a top-up idempotent. */
export const TopUp: Aggregate<TopUpState, TopUpEvent> = {
  category: 'topup',
  stateVersion: 1,
  initial: { status: 'none', claim: null },
  evolve(state, event) {
    switch (event.type) {
      case 'TopUpClaimed':
        return { status: 'claimed', claim: event.data };
      case 'TopUpCompleted':
        return { ...state, status: 'completed' };
      default:
        return unreachable(event);
    }
  },
};
