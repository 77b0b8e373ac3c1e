import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { SealedPassword } from '../events/sealed.js';
import type { StaffEvent } from '../events/staff.events.js';
import type { PartnerRejectionCode } from '../rejections.js';
import type { StaffState } from './staff.js';

/** A command given twice (the same `changeId`) sets the password once. */
export function setStaffPassword(
  state: StaffState,
  password: SealedPassword,
): StaffEvent[] | Rejection<PartnerRejectionCode> {
  if (!state.exists) return reject('StaffUnknown');
  return state.changes.has(password.changeId) ? [] : [{ type: 'StaffPasswordSet', data: password }];
}
