import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { AdjustmentEvent } from '../events/adjustment.events.js';

export interface AdjustmentState {
  readonly status: 'none' | 'claimed' | 'completed';
  readonly claim: Extract<AdjustmentEvent, { type: 'AdjustmentClaimed' }>['data'] | null;
}

/** Category `adjustment`: one stream for each (owner, reference), which makes an adjustment idempotent. */
export const Adjustment: Aggregate<AdjustmentState, AdjustmentEvent> = {
  category: 'adjustment',
  stateVersion: 1,
  initial: { status: 'none', claim: null },
  evolve(state, event) {
    switch (event.type) {
      case 'AdjustmentClaimed':
        return { status: 'claimed', claim: event.data };
      case 'AdjustmentCompleted':
        return { ...state, status: 'completed' };
      default:
        return unreachable(event);
    }
  },
};
