import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { AccountIndex } from '../accounts/account-index.js';
import { AccountSecrets } from '../accounts/account-secrets.js';
import { mayManage, type StaffChanges, setStaffPassword, updateStaff } from '../domain/staff.decider.js';
import { isActiveSuperAdmin, Staff } from '../domain/staff.js';
import type { SealedPassword } from '../events/sealed.js';
import type { PartnerRejectionCode } from '../rejections.js';
import type { StaffResult } from './register-staff.js';
import { staffManager } from './staff-manager.js';

export interface StaffUpdate extends StaffChanges {
  readonly password?: string;
}

type Refused = Rejection<PartnerRejectionCode>;

/** Changes the named fields of a member of the staff and leaves the others. All or nothing. */
export class UpdateStaff extends Command<StaffResult> {
  constructor(
    readonly context: CommandContext,
    readonly staffId: string,
    readonly update: StaffUpdate,
  ) {
    super();
  }
}

@CommandHandler(UpdateStaff)
export class UpdateStaffHandler implements ICommandHandler<UpdateStaff> {
  constructor(
    private readonly executor: Executor,
    private readonly secrets: AccountSecrets,
    private readonly index: AccountIndex,
  ) {}

  async execute({ context, staffId, update }: UpdateStaff): Promise<StaffResult> {
    // A password costs bcrypt: nobody gets that far who may not set it.
    const refused = await this.executor.run(context, (tx) => refusal(tx, context, staffId));
    if (refused) return refused;
    const changeId = `${context.commandId}/password`;
    const account = { kind: 'staff' as const, id: staffId };
    const { password } = update;
    const secret =
      password === undefined ? null : await this.secrets.sealPassword(account, changeId, password);
    if (isRejection(secret)) return secret;
    const sealed = secret && { changeId, ...secret, previousValidUntil: null };
    return this.executor.run(context, (tx) => this.change(tx, context, staffId, update, sealed));
  }

  private change(
    tx: Transaction,
    context: CommandContext,
    staffId: string,
    update: StaffUpdate,
    password: SealedPassword | null,
  ): StaffResult {
    const manager = staffManager(tx, context);
    if (!manager) return reject('StaffForbidden');
    const state = tx.load(Staff, staffId);
    // Only who is the last one needs a look at all the others.
    const otherIds = isActiveSuperAdmin(state) ? this.index.staffIds().filter((id) => id !== staffId) : [];
    const others = otherIds.map((id) => tx.load(Staff, id));
    const fields = updateStaff(state, update, { manager, others });
    if (isRejection(fields)) return fields;
    const passwordSet = password ? setStaffPassword(state, password) : [];
    if (isRejection(passwordSet)) return passwordSet;
    return { staffId, staff: tx.append(Staff, staffId, [...fields, ...passwordSet]) };
  }
}

function refusal(tx: Transaction, context: CommandContext, staffId: string): Refused | null {
  const { exists, role } = tx.load(Staff, staffId);
  if (!exists) return reject('StaffUnknown');
  const manager = staffManager(tx, context);
  return manager && mayManage(manager, role) ? null : reject('StaffForbidden');
}
