import type { StaffEvent, StaffRole, StaffStatus } from '../../src/contexts/partners/index.js';
import { foldCase } from '../../src/platform/kernel/fold-case.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

const HANDLED = [
  'StaffRegistered',
  'StaffProfileChanged',
  'StaffRoleChanged',
  'StaffStatusChanged',
  'StaffTotpConfirmed',
  'StaffTotpDisabled',
] as const;
type Handled = Extract<StaffEvent, { type: (typeof HANDLED)[number] }>;

/** A member of the staff without credentials and contact data. */
export interface StaffDocument extends ReadDocument {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly role: StaffRole;
  readonly status: StaffStatus;
  readonly totpEnabled: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly search: string;
}

const searchText = (name: string, login: string): string => foldCase(`${name}\n${login}`);

export const staff = defineProjection<StaffDocument, Handled>({
  name: 'staff',
  version: 2,
  indexes: [['id'], ['status', 'id'], ['name']],
  handles: { staff: HANDLED },
  keysOf: (event) => event.id,
  evolve(before, event, _id) {
    if (event.type === 'StaffRegistered') {
      const { publicId: id, login, name, role } = event.data;
      const dates = { createdAt: event.at, updatedAt: event.at };
      const search = searchText(name, login);
      return { _id, id, login, name, role, status: 'active', totpEnabled: false, ...dates, search };
    }
    if (!before) return null;
    const member = { ...before, updatedAt: event.at };
    switch (event.type) {
      case 'StaffProfileChanged':
        return { ...member, ...event.data, search: searchText(event.data.name, member.login) };
      case 'StaffRoleChanged':
      case 'StaffStatusChanged':
        return { ...member, ...event.data };
      case 'StaffTotpConfirmed':
        return { ...member, totpEnabled: true };
      case 'StaffTotpDisabled':
        return { ...member, totpEnabled: false };
      default:
        return unreachable(event);
    }
  },
});
