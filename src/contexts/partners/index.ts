import type { Provider } from '@nestjs/common';
import { AccountSource } from '../../platform/auth/account-source.js';
import { AccountCredentials } from './accounts/account-credentials.js';
import { AccountDirectory } from './accounts/account-directory.js';
import { AccountIndex } from './accounts/account-index.js';
import { AccountRegistrar } from './accounts/account-registrar.js';
import { AccountSecrets } from './accounts/account-secrets.js';
import { AdminAccount } from './accounts/admin-account.js';
import { PartnerAccountSource } from './accounts/partner-account-source.js';
import { PartnerContact } from './accounts/partner-contact.js';
import { PartnerDirectory } from './accounts/partner-directory.js';
import { StaffTotp } from './accounts/staff-totp.js';
import { TerminalAuthenticator } from './accounts/terminal-authenticator.js';
import { BlockPartnerHandler } from './commands/block-partner.js';
import { ChangeOwnPasswordHandler } from './commands/change-own-password.js';
import { ConfirmTotpHandler } from './commands/confirm-totp.js';
import { DeletePartnerHandler } from './commands/delete-partner.js';
import { DisableTotpHandler } from './commands/disable-totp.js';
import { EnrolTotpHandler } from './commands/enrol-totp.js';
import { RegisterPartnerHandler } from './commands/register-partner.js';
import { RegisterStaffHandler } from './commands/register-staff.js';
import { SetPartnerAccessHandler } from './commands/set-partner-access.js';
import { SetPartnerCurrenciesHandler } from './commands/set-partner-currencies.js';
import { SetPartnerPasswordHandler } from './commands/set-partner-password.js';
import { SetStaffPasswordHandler } from './commands/set-staff-password.js';
import { TopUpPartnerHandler } from './commands/top-up-partner.js';
import { UpdatePartnerHandler } from './commands/update-partner.js';
import { UpdateStaffHandler } from './commands/update-staff.js';

export { AccountCredentials } from './accounts/account-credentials.js';
export { AccountDirectory } from './accounts/account-directory.js';
export { type AccountEntry, AccountIndex } from './accounts/account-index.js';
export { ADMIN_LOGIN, AdminAccount, type NewCredentials } from './accounts/admin-account.js';
export { checkIp } from './accounts/ip-allowlist.js';
export { PartnerContact } from './accounts/partner-contact.js';
export { PartnerDefaults } from './accounts/partner-defaults.js';
export { PartnerDirectory } from './accounts/partner-directory.js';
export { TerminalAuthenticator, type TerminalIdentity } from './accounts/terminal-authenticator.js';
export { BlockPartner } from './commands/block-partner.js';
export { ChangeOwnPassword } from './commands/change-own-password.js';
export { ConfirmTotp } from './commands/confirm-totp.js';
export { DeletePartner } from './commands/delete-partner.js';
export { DisableTotp } from './commands/disable-totp.js';
export { type EnrolledTotp, EnrolTotp } from './commands/enrol-totp.js';
export type { PartnerRecord, PartnerResult } from './commands/partner-result.js';
export { type PartnerToRegister, RegisterPartner } from './commands/register-partner.js';
export {
  RegisterStaff,
  type StaffRecord,
  type StaffResult,
  type StaffToRegister,
} from './commands/register-staff.js';
export { SetPartnerAccess } from './commands/set-partner-access.js';
export { SetPartnerCurrencies } from './commands/set-partner-currencies.js';
export { SetPartnerPassword } from './commands/set-partner-password.js';
export { SetStaffPassword } from './commands/set-staff-password.js';
export { TopUpPartner } from './commands/top-up-partner.js';
export { type PartnerUpdate, UpdatePartner } from './commands/update-partner.js';
export { type StaffUpdate, UpdateStaff } from './commands/update-staff.js';
export { Claim, type ClaimState } from './domain/claim.js';
export { creditFloor, mayBuy, Partner, type PartnerState } from './domain/partner.js';
export { Staff, type StaffState } from './domain/staff.js';
export type { AccountRef } from './events/claim.events.js';
export type {
  BalanceAlerts,
  BillingMode,
  PartnerAccess,
  PartnerBilling,
  PartnerCurrencies,
  PartnerEvent,
  PartnerLanguage,
  PartnerPricing,
  PartnerProfile,
  PartnerStatus,
  RevealOn,
} from './events/partner.events.js';
export type { StaffEvent, StaffRole, StaffStatus } from './events/staff.events.js';
export { HIGHEST_MAX_OPEN_RESERVATIONS, MAX_ACCESS_IDS, MAX_IP_RANGES } from './limits.js';
export type { PartnerRejectionCode } from './rejections.js';

/**
 * What the composition root registers. Needs `Executor`, `Ids`, `Clock`, `PublicIds`, `Vault`, `KeyedHash`,
 * `PasswordHasher` and `PartnerDefaults`. `AccountIndex` and `PartnerDirectory` are local indexes and
 * follow the log.
 */
export const PARTNERS_PROVIDERS: Provider[] = [
  AccountIndex,
  AccountSecrets,
  AccountRegistrar,
  AccountDirectory,
  AccountCredentials,
  AdminAccount,
  PartnerContact,
  PartnerDirectory,
  TerminalAuthenticator,
  StaffTotp,
  PartnerAccountSource,
  { provide: AccountSource, useExisting: PartnerAccountSource },
  RegisterPartnerHandler,
  UpdatePartnerHandler,
  SetPartnerAccessHandler,
  SetPartnerCurrenciesHandler,
  SetPartnerPasswordHandler,
  BlockPartnerHandler,
  RegisterStaffHandler,
  SetStaffPasswordHandler,
  UpdateStaffHandler,
  ChangeOwnPasswordHandler,
  EnrolTotpHandler,
  ConfirmTotpHandler,
  DisableTotpHandler,
  DeletePartnerHandler,
  TopUpPartnerHandler,
];
