import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { SuppressionEvent } from '../events/suppression.events.js';

type Suppressed = Extract<SuppressionEvent, { type: 'AddressSuppressed' }>['data'];

export interface SuppressionState {
  readonly isSuppressed: boolean;
  /** 0: it never was. */
  readonly publicId: number;
}

/** An address that nothing is sent to; its stream is named by the keyed hash of the address. */
export const Suppression: Aggregate<SuppressionState, SuppressionEvent> = {
  category: 'suppression',
  stateVersion: 1,
  initial: { isSuppressed: false, publicId: 0 },
  isLive: () => false,
  evolve(state, event) {
    switch (event.type) {
      case 'AddressSuppressed':
        return { isSuppressed: true, publicId: event.data.publicId };
      case 'SuppressionLifted':
        return { ...state, isSuppressed: false };
      default:
        return unreachable(event);
    }
  },
};

/** Suppresses an address, which keeps the number that it had before. */
export function suppress(state: SuppressionState, command: Suppressed): SuppressionEvent[] {
  if (state.isSuppressed) return [];
  return [{ type: 'AddressSuppressed', data: { ...command, publicId: state.publicId || command.publicId } }];
}

export const lift = (state: SuppressionState): SuppressionEvent[] =>
  state.isSuppressed ? [{ type: 'SuppressionLifted', data: {} }] : [];
