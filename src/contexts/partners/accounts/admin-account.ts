import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { systemContext } from '../../../platform/execution/system-context.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { RegisterStaff, RegisterStaffHandler } from '../commands/register-staff.js';
import { SetPartnerPassword, SetPartnerPasswordHandler } from '../commands/set-partner-password.js';
import { SetStaffPassword, SetStaffPasswordHandler } from '../commands/set-staff-password.js';
import type { PartnerRejectionCode } from '../rejections.js';
import { AccountDirectory } from './account-directory.js';

export const ADMIN_LOGIN = 'admin';
/** No letters and digits that look alike: it is read from a terminal once and typed. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** More than 110 bits. */
const PASSWORD_LENGTH = 20;

export interface NewCredentials {
  readonly login: string;
  /** In clear, to be shown once. */
  readonly password: string;
}

const randomPassword = (): string =>
  Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** The account that a fresh installation is run with. */
@Injectable()
export class AdminAccount {
  constructor(
    private readonly ids: Ids,
    private readonly directory: AccountDirectory,
    private readonly staff: RegisterStaffHandler,
    private readonly staffPasswords: SetStaffPasswordHandler,
    private readonly partnerPasswords: SetPartnerPasswordHandler,
  ) {}

  /**
   * Makes the admin at the first start, with the configured password or a random one. Answers the credentials when it
   * was made, null when somebody has that login already.
   */
  async ensure(configuredPassword: string | null): Promise<NewCredentials | null> {
    if (await this.directory.findByLogin(ADMIN_LOGIN)) return null;
    const password = configuredPassword ?? randomPassword();
    const made = await this.staff.execute(
      new RegisterStaff(systemContext(this.ids, 'first-start'), {
        login: ADMIN_LOGIN,
        password,
        name: 'Administrator',
        role: 'super_admin',
      }),
    );
    // Another node was faster: its operator was shown the password.
    if (isRejection(made) && made.code === 'LoginTaken') return null;
    if (isRejection(made)) throw new Error(`the admin account could not be made: ${made.code}`);
    return { login: ADMIN_LOGIN, password };
  }

  /** Gives an account, of staff or a partner, a new random password; staff then need no one-time code either. */
  async resetPassword(login: string): Promise<NewCredentials | Rejection<PartnerRejectionCode>> {
    const account = await this.directory.findByLogin(login);
    if (!account) return reject('StaffUnknown');
    const password = randomPassword();
    const context = systemContext(this.ids, 'reset-password');
    const set =
      account.kind === 'staff'
        ? await this.staffPasswords.execute(
            new SetStaffPassword(context, account.id, password, { clearsTotp: true }),
          )
        : await this.partnerPasswords.execute(new SetPartnerPassword(context, account.id, password));
    return isRejection(set) ? set : { login, password };
  }
}
