// Stored format: add optional fields or upcast, never rename.
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { SealedContact, SealedPassword } from './sealed.js';

export type StaffRole = 'super_admin' | 'admin' | 'manager' | 'auditor';

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
  | DomainEvent<'StaffPasswordSet', SealedPassword>;
