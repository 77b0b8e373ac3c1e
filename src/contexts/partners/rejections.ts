/** Why a command about an account is refused. `InvalidField` names the field in its detail, and what it may be. */
export type PartnerRejectionCode =
  | 'PartnerUnknown'
  | 'PartnerDeleted'
  | 'PartnerHasReservations'
  | 'StaffUnknown'
  | 'StaffForbidden'
  | 'LastSuperAdmin'
  | 'LoginTaken'
  | 'EmailTaken'
  | 'PhoneTaken'
  | 'ApiKeyTaken'
  | 'InvalidField'
  | 'PasswordRefused'
  | 'WrongPassword'
  | 'TotpEnabled'
  | 'TotpNotEnrolled'
  | 'WrongCode'
  | 'RateLimited';
