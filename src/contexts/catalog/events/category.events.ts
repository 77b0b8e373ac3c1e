import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Names } from './texts.js';

// Stored format: add optional fields or upcast, never rename.

export interface CategoryFields {
  /** Category id (UUID), null at the top. */
  readonly parentId: string | null;
  readonly names: Names;
  readonly position: number | null;
}

export type CategoryEvent =
  | DomainEvent<'CategoryCreated', CategoryFields & { readonly publicId: number }>
  /** Only what changed; names as a whole. */
  | DomainEvent<'CategoryChanged', Partial<CategoryFields>>
  | DomainEvent<'CategoryDeleted', Record<string, never>>;
