import { foldEvents, given } from '../../../../test/support/given.js';
import type { StaffEvent, StaffRole } from '../events/staff.events.js';
import {
  confirmTotp,
  disableTotp,
  enrolTotp,
  mayManage,
  setStaffPassword,
  updateStaff,
  useTotp,
} from './staff.decider.js';
import { Staff } from './staff.js';

const registered = (role: StaffRole = 'manager'): StaffEvent => ({
  type: 'StaffRegistered',
  data: { planId: 'plan', publicId: 1, login: 'aysel', name: 'Aysel', role, email: null, phone: null },
});
const blocked: StaffEvent = { type: 'StaffStatusChanged', data: { status: 'blocked' } };
const enrolled: StaffEvent = { type: 'StaffTotpEnrolled', data: { changeId: 't1', sealed: 'sealed' } };
const confirmed: StaffEvent = { type: 'StaffTotpConfirmed', data: { changeId: 't1', step: 100 } };
const superAdmin = foldEvents(Staff, [registered('super_admin')]);
const bySuperAdmin = { manager: 'super_admin', others: [] } as const;

describe('who manages whom', () => {
  it.each([
    ['system', ['super_admin', 'admin', 'manager', 'auditor']],
    ['super_admin', ['super_admin', 'admin', 'manager', 'auditor']],
    ['admin', ['manager', 'auditor']],
    ['manager', []],
    ['auditor', []],
  ] as const)('%s manages %p', (manager, managed) => {
    const roles: StaffRole[] = ['super_admin', 'admin', 'manager', 'auditor'];
    expect(roles.filter((role) => mayManage(manager, role))).toEqual(managed);
  });

  it('an admin neither changes an admin nor makes one', () => {
    const byAdmin = { manager: 'admin', others: [superAdmin] } as const;
    given(Staff, [registered('admin')])
      .when((state) => updateStaff(state, { name: 'X' }, byAdmin))
      .thenRejected('StaffForbidden');
    given(Staff, [registered('auditor')])
      .when((state) => updateStaff(state, { role: 'admin' }, byAdmin))
      .thenRejected('StaffForbidden');
  });
});

describe('a change', () => {
  it('is recorded for what differs', () => {
    const staff = given(Staff, [registered()]);
    staff
      .when((state) =>
        updateStaff(state, { name: 'Leyla', role: 'auditor', status: 'blocked' }, bySuperAdmin),
      )
      .then(
        { type: 'StaffProfileChanged', data: { name: 'Leyla' } },
        { type: 'StaffRoleChanged', data: { role: 'auditor' } },
        { type: 'StaffStatusChanged', data: { status: 'blocked' } },
      );
    staff
      .when((state) => updateStaff(state, { name: 'Aysel', role: 'manager', status: 'active' }, bySuperAdmin))
      .thenNothing();
    staff.when((state) => updateStaff(state, { name: ' ' }, bySuperAdmin)).thenRejected('InvalidField');
    given(Staff, [])
      .when((state) => updateStaff(state, {}, bySuperAdmin))
      .thenRejected('StaffUnknown');
  });

  it.each([{ status: 'blocked' }, { role: 'admin' }] as const)(
    '%j leaves an active super_admin',
    (change) => {
      const last = given(Staff, [registered('super_admin')]);
      const others = [
        foldEvents(Staff, [registered('super_admin'), blocked]),
        foldEvents(Staff, [registered('admin')]),
      ];
      const because = (more: typeof others) => ({ manager: 'super_admin' as const, others: more });
      last.when((state) => updateStaff(state, change, because(others))).thenRejected('LastSuperAdmin');
      const decided = updateStaff(superAdmin, change, because([...others, superAdmin]));
      expect(decided).toHaveLength(1);
      given(Staff, [registered('super_admin'), blocked])
        .when((state) => updateStaff(state, { role: 'admin' }, because([])))
        .then({ type: 'StaffRoleChanged', data: { role: 'admin' } });
    },
  );

  it('of role, status or password ends the tokens of before, one of the name does not', () => {
    const password = { changeId: 'p', plain: '', md5: '', previousValidUntil: null };
    const epochs = [
      { type: 'StaffProfileChanged', data: { name: 'Leyla' } },
      { type: 'StaffRoleChanged', data: { role: 'auditor' } },
      blocked,
      { type: 'StaffPasswordSet', data: password },
    ].map((event) => foldEvents(Staff, [registered(), event as StaffEvent]).credentialEpoch);
    expect(epochs).toEqual([0, 1, 1, 1]);
    given(Staff, [registered(), { type: 'StaffPasswordSet', data: password }])
      .when((state) => setStaffPassword(state, password))
      .thenNothing();
  });
});

describe('one-time codes', () => {
  it('are needed once one was confirmed', () => {
    given(Staff, [registered()])
      .when((state) => useTotp(state, null))
      .thenNothing();
    given(Staff, [registered(), enrolled])
      .when((state) => useTotp(state, null))
      .thenNothing();
    given(Staff, [registered(), enrolled, confirmed])
      .when((state) => useTotp(state, null))
      .thenRejected('TotpRequired');
  });

  it('count once, and no earlier one after it', () => {
    const staff = given(Staff, [registered(), enrolled, confirmed]);
    for (const step of [99, 100]) {
      staff.when((state) => useTotp(state, { changeId: 't1', step })).thenRejected('TotpInvalid');
    }
    staff
      .when((state) => useTotp(state, { changeId: 't1', step: 101 }))
      .then({ type: 'StaffTotpUsed', data: { step: 101 } });
    staff.when((state) => useTotp(state, { changeId: 't2', step: 101 })).thenRejected('TotpInvalid');
    given(Staff, [registered(), enrolled, confirmed, { type: 'StaffTotpUsed', data: { step: 101 } }])
      .when((state) => useTotp(state, { changeId: 't1', step: 101 }))
      .thenRejected('TotpInvalid');
  });

  it('are confirmed with a code of the newest secret, and not twice', () => {
    const again: StaffEvent = { type: 'StaffTotpEnrolled', data: { changeId: 't2', sealed: 'sealed' } };
    const proof = { changeId: 't1', step: 100 };
    given(Staff, [registered(), enrolled])
      .when((state) => confirmTotp(state, proof))
      .then(confirmed);
    for (const [events, code] of [
      [[registered()], 'TotpNotEnrolled'],
      [[registered(), enrolled, again], 'TotpNotEnrolled'],
      [[registered(), enrolled, confirmed], 'TotpEnabled'],
    ] as const) {
      given(Staff, events)
        .when((state) => confirmTotp(state, proof))
        .thenRejected(code);
    }
    given(Staff, [registered(), enrolled, confirmed])
      .when((state) => enrolTotp(state, { changeId: 't2', sealed: 'sealed' }))
      .thenRejected('TotpEnabled');
  });

  it('are given up, once', () => {
    const disabled: StaffEvent = { type: 'StaffTotpDisabled', data: { because: 'admin' } };
    given(Staff, [registered(), enrolled, confirmed])
      .when((state) => disableTotp(state, 'admin'))
      .then(disabled);
    given(Staff, [registered()])
      .when((state) => disableTotp(state, 'admin'))
      .thenNothing();
  });
});
