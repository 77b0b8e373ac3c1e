import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Status } from './texts.js';

// Stored format: add optional fields or upcast, never rename.

export interface SupplierFields {
  readonly name: string;
  readonly country: string | null;
  /** A business contact, kept as it is; not for logs. */
  readonly contactEmail: string | null;
  readonly status: Status;
}

export type SupplierEvent =
  | DomainEvent<'SupplierRegistered', SupplierFields & { readonly publicId: number }>
  /** Only what changed. */
  | DomainEvent<'SupplierChanged', Partial<SupplierFields>>
  | DomainEvent<'SupplierDeleted', Record<string, never>>;
