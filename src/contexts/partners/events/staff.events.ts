// Stored format: add optional fields or upcast, never rename.
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { SealedContact, SealedPassword } from './sealed.js';

export type StaffRole = 'super_admin' | 'admin' | 'manager' | 'auditor';

export type StaffStatus = 'active' | 'blocked';

/** The shared secret of a member's authenticator app, as ciphertext under slot `changeId`. */
export interface SealedTotp {
  /** Of the command that made it. */
  readonly changeId: string;
  readonly sealed: string;
}

export type StaffEvent =
  | DomainEvent<
      'StaffRegistered',
      {
        /** Of the claim that this completes. */
        readonly planId: string;
        readonly publicId: number;
        readonly login: string;
        readonly name: string;
        readonly role: StaffRole;
        readonly email: SealedContact | null;
        readonly phone: SealedContact | null;
      }
    >
  /** Stands alone in its stream: something that the registration claimed was somebody else's. */
  | DomainEvent<'StaffRegistrationRefused', { readonly planId: string; readonly code: string }>
  | DomainEvent<'StaffPasswordSet', SealedPassword>
  | DomainEvent<'StaffProfileChanged', { readonly name: string }>
  | DomainEvent<'StaffRoleChanged', { readonly role: StaffRole }>
  | DomainEvent<'StaffStatusChanged', { readonly status: StaffStatus }>
  /** Asked for at login only once it is confirmed. */
  | DomainEvent<'StaffTotpEnrolled', SealedTotp>
  /** The first code of the authenticator app; `step` is its number since 1970, and it counts as used. */
  | DomainEvent<'StaffTotpConfirmed', { readonly changeId: string; readonly step: number }>
  /** A code was used at a login: neither it nor an earlier one counts again. */
  | DomainEvent<'StaffTotpUsed', { readonly step: number }>
  | DomainEvent<'StaffTotpDisabled', { readonly because: 'own_wish' | 'admin' | 'password_reset' }>;
