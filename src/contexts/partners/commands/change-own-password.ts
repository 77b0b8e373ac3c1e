import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { Credentials } from '../../../platform/security/credential-checks.js';
import { AccountCredentials } from '../accounts/account-credentials.js';
import type { AccountRef } from '../events/claim.events.js';
import type { PartnerRejectionCode } from '../rejections.js';
import { SetPartnerPassword, SetPartnerPasswordHandler } from './set-partner-password.js';
import { SetStaffPassword, SetStaffPasswordHandler } from './set-staff-password.js';

/** Sets the password of whoever knows the current one. All of the account's tokens end. */
export class ChangeOwnPassword extends Command<AccountRef | Rejection<PartnerRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly account: AccountRef,
    /** The current ones. */
    readonly credentials: Credentials,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(ChangeOwnPassword)
export class ChangeOwnPasswordHandler implements ICommandHandler<ChangeOwnPassword> {
  constructor(
    private readonly credentials: AccountCredentials,
    private readonly staff: SetStaffPasswordHandler,
    private readonly partners: SetPartnerPasswordHandler,
  ) {}

  async execute(command: ChangeOwnPassword): Promise<AccountRef | Rejection<PartnerRejectionCode>> {
    const { context, account, password } = command;
    const holder = await this.credentials.check(command.credentials);
    if (isRejection(holder)) {
      return holder.code === 'RateLimited' ? reject('RateLimited', holder.detail) : reject('WrongPassword');
    }
    if (holder.id !== account.id) return reject('WrongPassword');
    const set =
      account.kind === 'staff'
        ? await this.staff.execute(new SetStaffPassword(context, account.id, password))
        : await this.partners.execute(new SetPartnerPassword(context, account.id, password));
    return isRejection(set) ? set : account;
  }
}
