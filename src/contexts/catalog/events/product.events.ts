import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Instructions, Names, Status } from './texts.js';

// Stored format: add optional fields or upcast, never rename.

/** How the texts of a product's keys are compared: `exact` only trims, for links and case-sensitive codes. */
export type KeyFormat = 'normalized' | 'exact';

export interface ProductFields {
  readonly names: Names;
  /** Supplier id (UUID); the vendor of REST v2. */
  readonly supplierId: string;
  /** Category id (UUID); the subcategory of REST v2. */
  readonly categoryId: string | null;
  readonly status: Status;
  readonly position: number | null;
  readonly imageUrl: string | null;
  readonly thumbnailUrl: string | null;
  readonly instructions: Instructions;
  readonly keyFormat: KeyFormat;
}

export type ProductEvent =
  | DomainEvent<'ProductCreated', ProductFields & { readonly publicId: number }>
  /** Only what changed; names and instructions as a whole. */
  | DomainEvent<'ProductChanged', Partial<ProductFields>>
  | DomainEvent<'ProductDeleted', Record<string, never>>;
