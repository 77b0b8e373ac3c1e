import { Matches } from 'class-validator';
import { IsText, MayBeAbsent } from '../body.js';
import { IsNewPassword } from '../passwords.js';

const MAX_TOKEN_LENGTH = 4_096;
const MAX_CREDENTIAL_LENGTH = 200;
const CODE = /^\d{6}$/;

export class LoginBody {
  @IsText(MAX_CREDENTIAL_LENGTH)
  login!: string;

  @IsText(MAX_CREDENTIAL_LENGTH)
  password!: string;

  /** The code that an authenticator app shows, for accounts that enrolled one. */
  @MayBeAbsent()
  @Matches(CODE)
  totp?: string;
}

export class RefreshBody {
  @IsText(MAX_TOKEN_LENGTH)
  refreshToken!: string;
}

export class ChangePasswordBody {
  @IsText(MAX_CREDENTIAL_LENGTH)
  current_password!: string;

  @IsNewPassword()
  new_password!: string;
}

export class CodeBody {
  /** The code that the authenticator app shows. */
  @Matches(CODE)
  code!: string;
}
