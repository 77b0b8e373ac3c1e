import type { Transaction } from '../../../platform/execution/transaction.js';
import type { Aggregate, DomainEvent } from '../../../platform/kernel/aggregate.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { Category } from '../domain/category.js';
import { Product } from '../domain/product.js';
import type { CatalogRejection } from '../domain/rejections.js';
import { Supplier } from '../domain/supplier.js';

/** What a command was about: the stream's id (UUID) and the number that the APIs show. */
export interface CatalogEntry {
  readonly id: string;
  readonly publicId: number;
}

export type CatalogResult = CatalogEntry | CatalogRejection;

/** Appends what was decided, or passes its rejection on. */
export function record<S extends { readonly publicId: number }, E extends DomainEvent>(
  tx: Transaction,
  aggregate: Aggregate<S, E>,
  id: string,
  decided: readonly E[] | CatalogRejection,
): CatalogResult {
  if (isRejection(decided)) return decided as CatalogRejection;
  return { id, publicId: tx.append(aggregate, id, decided).publicId };
}

interface References {
  readonly supplierId?: string | undefined;
  readonly categoryId?: string | null | undefined;
  readonly productId?: string | undefined;
}

/** Why something cannot refer to what is given, or null if it can. Asks the streams themselves. */
export function refuseReferences(
  tx: Transaction,
  { supplierId, categoryId, productId }: References,
): CatalogRejection | null {
  if (supplierId !== undefined && isGone(tx.load(Supplier, supplierId))) return reject('UnknownSupplier');
  if (typeof categoryId === 'string' && isGone(tx.load(Category, categoryId)))
    return reject('UnknownCategory');
  if (productId !== undefined && isGone(tx.load(Product, productId))) return reject('UnknownProduct');
  return null;
}

const isGone = (state: { readonly exists: boolean; readonly deleted: boolean }): boolean =>
  !state.exists || state.deleted;
