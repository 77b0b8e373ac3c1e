import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { AccountSecrets } from '../accounts/account-secrets.js';
import { setStaffPassword } from '../domain/staff.decider.js';
import { Staff } from '../domain/staff.js';
import type { PartnerRejectionCode } from '../rejections.js';
import type { StaffRecord } from './register-staff.js';

/** Sets a member of the staff's password; the one before is void at once. */
export class SetStaffPassword extends Command<StaffRecord | Rejection<PartnerRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly staffId: string,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(SetStaffPassword)
export class SetStaffPasswordHandler implements ICommandHandler<SetStaffPassword> {
  constructor(
    private readonly executor: Executor,
    private readonly secrets: AccountSecrets,
  ) {}

  async execute({
    context,
    staffId,
    password,
  }: SetStaffPassword): Promise<StaffRecord | Rejection<PartnerRejectionCode>> {
    const exists = await this.executor.run(context, (tx) => tx.load(Staff, staffId).exists);
    if (!exists) return reject('StaffUnknown');
    const changeId = `${context.commandId}/password`;
    const secret = await this.secrets.sealPassword({ kind: 'staff', id: staffId }, changeId, password);
    if (isRejection(secret)) return secret;
    return this.executor.run(context, (tx) => {
      const decided = setStaffPassword(tx.load(Staff, staffId), {
        changeId,
        ...secret,
        previousValidUntil: null,
      });
      return isRejection(decided) ? decided : { staffId, staff: tx.append(Staff, staffId, decided) };
    });
  }
}
