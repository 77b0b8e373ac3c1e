import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { StaffEvent, StaffRole } from '../events/staff.events.js';
import { type AccountState, NO_ACCOUNT, withChange, withPassword } from './account.js';

export interface StaffState extends AccountState {
  readonly role: StaffRole;
}

/** A member of the staff. */
export const Staff: Aggregate<StaffState, StaffEvent> = {
  category: 'staff',
  stateVersion: 1,
  initial: { ...NO_ACCOUNT, role: 'auditor' },
  evolve(state, event, { revision }) {
    switch (event.type) {
      case 'StaffRegistered': {
        const { planId, publicId, login, name, role } = event.data;
        return {
          ...state,
          exists: true,
          publicId,
          login,
          name,
          role,
          changes: withChange(state.changes, planId),
          credentialEpoch: revision,
        };
      }
      case 'StaffRegistrationRefused':
        return { ...state, refused: event.data };
      case 'StaffPasswordSet':
        return { ...state, ...withPassword(state, event.data, revision) };
      default:
        return unreachable(event);
    }
  },
};
