import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { type AccountIdentity, AccountRegistrar } from '../accounts/account-registrar.js';
import { isName } from '../domain/fields.js';
import { invalidField } from '../domain/invalid-field.js';
import { mayManage } from '../domain/staff.decider.js';
import { Staff, type StaffState } from '../domain/staff.js';
import type { StaffRole } from '../events/staff.events.js';
import type { PartnerRejectionCode } from '../rejections.js';
import { staffManager } from './staff-manager.js';

export interface StaffToRegister extends Omit<AccountIdentity, 'apiKey'> {
  readonly name: string;
  readonly role: StaffRole;
}

export interface StaffRecord {
  /** UUID. */
  readonly staffId: string;
  readonly staff: StaffState;
}

export type StaffResult = StaffRecord | Rejection<PartnerRejectionCode>;

/** Admins register the others, a super_admin registers admins too. */
export class RegisterStaff extends Command<StaffResult> {
  constructor(
    readonly context: CommandContext,
    readonly staff: StaffToRegister,
  ) {
    super();
  }
}

@CommandHandler(RegisterStaff)
export class RegisterStaffHandler implements ICommandHandler<RegisterStaff> {
  constructor(
    private readonly executor: Executor,
    private readonly registrar: AccountRegistrar,
  ) {}

  async execute({ context, staff }: RegisterStaff): Promise<StaffResult> {
    const { login, name, role } = staff;
    if (!isName(name)) return invalidField('name');
    const manager = await this.executor.run(context, (tx) => staffManager(tx, context));
    if (!manager || !mayManage(manager, role)) return reject('StaffForbidden');
    return this.registrar.register<StaffRecord>(context, 'staff', staff, {
      events: ({ planId, publicId, email, phone, password }) => [
        { type: 'StaffRegistered', data: { planId, publicId, login, name, role, email, phone } },
        { type: 'StaffPasswordSet', data: password },
      ],
      show: (tx, staffId) => ({ staffId, staff: tx.load(Staff, staffId) }),
    });
  }
}
