import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { SealedTotp, StaffEvent, StaffRole, StaffStatus } from '../events/staff.events.js';
import { type AccountState, NO_ACCOUNT, withChange, withPassword } from './account.js';

export interface TotpState extends SealedTotp {
  /** Whether logins need a code. */
  readonly confirmed: boolean;
  /** The newest code that was used; it and all before it are void. */
  readonly lastStep: number;
}

export interface StaffState extends AccountState {
  readonly role: StaffRole;
  readonly status: StaffStatus;
  readonly totp: TotpState | null;
}

/** A member of the staff. */
export const Staff: Aggregate<StaffState, StaffEvent> = {
  category: 'staff',
  stateVersion: 2,
  initial: { ...NO_ACCOUNT, role: 'auditor', status: 'active', totp: null },
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
      case 'StaffProfileChanged':
        return { ...state, ...event.data };
      // A token carries the role that it was made for, so a new role ends the tokens of the old one.
      case 'StaffRoleChanged':
      case 'StaffStatusChanged':
        return { ...state, ...event.data, credentialEpoch: revision };
      case 'StaffTotpEnrolled':
        return { ...state, totp: { ...event.data, confirmed: false, lastStep: -1 } };
      case 'StaffTotpConfirmed':
        return {
          ...state,
          totp: state.totp && { ...state.totp, confirmed: true, lastStep: event.data.step },
        };
      case 'StaffTotpUsed':
        return { ...state, totp: state.totp && { ...state.totp, lastStep: event.data.step } };
      case 'StaffTotpDisabled':
        return { ...state, totp: null };
      default:
        return unreachable(event);
    }
  },
};

/** Whether logins need a code of an authenticator app beside the password. */
export const needsTotp = ({ totp }: StaffState): boolean => totp?.confirmed ?? false;

export const isActiveSuperAdmin = ({ exists, role, status }: StaffState): boolean =>
  exists && role === 'super_admin' && status === 'active';
