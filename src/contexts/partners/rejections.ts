/** Why a command about an account is refused. `InvalidField` names the field in its detail. */
export type PartnerRejectionCode =
  | 'PartnerUnknown'
  | 'PartnerDeleted'
  | 'StaffUnknown'
  | 'LoginTaken'
  | 'EmailTaken'
  | 'PhoneTaken'
  | 'ApiKeyTaken'
  | 'InvalidField'
  | 'PasswordRefused'
  | 'RateLimited';
