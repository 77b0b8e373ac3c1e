import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { AccountSecrets } from '../accounts/account-secrets.js';
import { disableTotp, setStaffPassword } from '../domain/staff.decider.js';
import { Staff } from '../domain/staff.js';
import type { StaffResult } from './register-staff.js';

export interface PasswordOptions {
  /** Whether one-time codes are given up too: for who has lost everything. */
  readonly clearsTotp?: boolean;
}

/** Sets a member of the staff's password; the one before is void at once. */
export class SetStaffPassword extends Command<StaffResult> {
  constructor(
    readonly context: CommandContext,
    readonly staffId: string,
    readonly password: string,
    readonly options: PasswordOptions = {},
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

  async execute({ context, staffId, password, options }: SetStaffPassword): Promise<StaffResult> {
    const exists = await this.executor.run(context, (tx) => tx.load(Staff, staffId).exists);
    if (!exists) return reject('StaffUnknown');
    const changeId = `${context.commandId}/password`;
    const secret = await this.secrets.sealPassword({ kind: 'staff', id: staffId }, changeId, password);
    if (isRejection(secret)) return secret;
    return this.executor.run(context, (tx) => {
      const state = tx.load(Staff, staffId);
      const set = setStaffPassword(state, { changeId, ...secret, previousValidUntil: null });
      if (isRejection(set)) return set;
      const cleared = options.clearsTotp ? disableTotp(state, 'password_reset') : [];
      if (isRejection(cleared)) return cleared;
      return { staffId, staff: tx.append(Staff, staffId, [...set, ...cleared]) };
    });
  }
}
