import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { SealedPassword } from '../events/sealed.js';
import type { SealedTotp, StaffEvent, StaffRole, StaffStatus } from '../events/staff.events.js';
import type { PartnerRejectionCode } from '../rejections.js';
import { isName } from './fields.js';
import { invalidField } from './invalid-field.js';
import { isActiveSuperAdmin, needsTotp, type StaffState } from './staff.js';

type Decision = StaffEvent[] | Rejection<PartnerRejectionCode>;

/** Who decides about staff: the product itself, or a role. */
export type StaffManager = 'system' | StaffRole;

const ADMIN_ROLES: readonly StaffRole[] = ['super_admin', 'admin'];

/** Only a super_admin has a say about admins; an admin has one about everybody else. */
export function mayManage(manager: StaffManager, role: StaffRole): boolean {
  if (manager === 'system' || manager === 'super_admin') return true;
  return manager === 'admin' && !ADMIN_ROLES.includes(role);
}

/** Absent fields stay. */
export interface StaffChanges {
  readonly name?: string;
  readonly role?: StaffRole;
  readonly status?: StaffStatus;
}

/** @param others every other member of the staff: one active super_admin must be left. */
export function updateStaff(
  state: StaffState,
  changes: StaffChanges,
  { manager, others }: { manager: StaffManager; others: readonly StaffState[] },
): Decision {
  if (!state.exists) return reject('StaffUnknown');
  const { name = state.name, role = state.role, status = state.status } = changes;
  if (!mayManage(manager, state.role) || !mayManage(manager, role)) return reject('StaffForbidden');
  if (!isName(name)) return invalidField('name');
  const leaves = isActiveSuperAdmin(state) && !isActiveSuperAdmin({ ...state, role, status });
  if (leaves && !others.some(isActiveSuperAdmin)) return reject('LastSuperAdmin');
  const events: StaffEvent[] = [];
  if (name !== state.name) events.push({ type: 'StaffProfileChanged', data: { name } });
  if (role !== state.role) events.push({ type: 'StaffRoleChanged', data: { role } });
  if (status !== state.status) events.push({ type: 'StaffStatusChanged', data: { status } });
  return events;
}

/** A command given twice (the same `changeId`) sets the password once. */
export function setStaffPassword(state: StaffState, password: SealedPassword): Decision {
  if (!state.exists) return reject('StaffUnknown');
  return state.changes.has(password.changeId) ? [] : [{ type: 'StaffPasswordSet', data: password }];
}

/** A new secret, instead of one that was never confirmed. */
export function enrolTotp(state: StaffState, totp: SealedTotp): Decision {
  if (!state.exists) return reject('StaffUnknown');
  return needsTotp(state) ? reject('TotpEnabled') : [{ type: 'StaffTotpEnrolled', data: totp }];
}

/** A code that fits the secret of `changeId`. */
export interface TotpProof {
  readonly changeId: string;
  /** Number of the code since 1970. */
  readonly step: number;
}

export function confirmTotp(state: StaffState, proof: TotpProof): Decision {
  if (needsTotp(state)) return reject('TotpEnabled');
  if (state.totp?.changeId !== proof.changeId) return reject('TotpNotEnrolled');
  return [{ type: 'StaffTotpConfirmed', data: proof }];
}

/** Uses a code up, if one is needed. */
export function useTotp(
  state: StaffState,
  proof: TotpProof | null,
): StaffEvent[] | Rejection<'TotpRequired' | 'TotpInvalid'> {
  if (!needsTotp(state)) return [];
  if (!proof) return reject('TotpRequired');
  const { changeId, lastStep } = state.totp!;
  if (proof.changeId !== changeId || proof.step <= lastStep) return reject('TotpInvalid');
  return [{ type: 'StaffTotpUsed', data: { step: proof.step } }];
}

export function disableTotp(
  state: StaffState,
  because: Extract<StaffEvent, { type: 'StaffTotpDisabled' }>['data']['because'],
): Decision {
  if (!state.exists) return reject('StaffUnknown');
  return state.totp ? [{ type: 'StaffTotpDisabled', data: { because } }] : [];
}
