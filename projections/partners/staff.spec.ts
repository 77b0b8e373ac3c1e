import { atOf, foldProjection, type GivenEvent } from '../../test/support/fold-projection.js';
import { type StaffDocument, staff } from './staff.projection.js';

const member = (type: string, data: object): GivenEvent => ({ stream: 'staff-aysel', type, data });
const registered = member('StaffRegistered', {
  ...{ planId: 'p', publicId: 3, login: 'Aysel', name: 'Aysel M', role: 'manager' },
  ...{ email: { sealed: 'sealed', hash: 'hash' }, phone: null },
});
const folded = (...events: GivenEvent[]) => foldProjection<StaffDocument>(staff, [registered, ...events])[0];

it('a member of the staff is shown without contacts', () => {
  expect(folded()).toEqual({
    ...{ _id: 'aysel', id: 3, login: 'Aysel', name: 'Aysel M', role: 'manager', status: 'active' },
    ...{ totpEnabled: false, createdAt: atOf(0), updatedAt: atOf(0), search: 'aysel m\naysel' },
  });
});

it('a member follows name, role, status and one-time codes', () => {
  const changes = [
    member('StaffProfileChanged', { name: 'Leyla' }),
    member('StaffRoleChanged', { role: 'auditor' }),
    member('StaffStatusChanged', { status: 'blocked' }),
    member('StaffTotpConfirmed', { changeId: 't', step: 1 }),
  ];
  expect(folded(...changes)).toMatchObject({
    ...{ name: 'Leyla', role: 'auditor', status: 'blocked', totpEnabled: true },
    ...{ search: 'leyla\naysel', updatedAt: atOf(4) },
  });
  expect(folded(...changes, member('StaffTotpDisabled', { because: 'admin' }))?.totpEnabled).toBe(false);
});
