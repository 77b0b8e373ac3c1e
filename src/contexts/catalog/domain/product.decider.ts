import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import type { ProductEvent, ProductFields } from '../events/product.events.js';
import type { Instructions, Names } from '../events/texts.js';
import * as check from './fields.js';
import type { ProductState } from './product.js';
import type { CatalogRejection } from './rejections.js';

const checks: check.Checks<ProductFields> = {
  names: check.names,
  supplierId: check.anything,
  categoryId: check.anything,
  status: check.anything,
  position: check.position,
  imageUrl: check.url('image_url'),
  thumbnailUrl: check.url('thumbnail_url'),
  instructions: check.instructions,
  keyFormat: check.anything,
};

/** Texts are given by language: one that is not named stays as it is, null takes it away. */
export type ProductChanges = Omit<Partial<ProductFields>, 'names' | 'instructions'> & {
  readonly names?: Partial<Names>;
  readonly instructions?: Partial<Instructions>;
};
export type NewProduct = ProductChanges & {
  readonly names: Pick<Names, 'en'> & Partial<Names>;
  readonly supplierId: string;
};

const defaults = {
  categoryId: null,
  status: 'active',
  position: null,
  imageUrl: null,
  thumbnailUrl: null,
  keyFormat: 'normalized',
} as const;

/** A product is created once: the same id again changes nothing. */
export function createProduct(
  state: ProductState,
  { publicId, ...given }: NewProduct & { readonly publicId: number },
): ProductEvent[] | CatalogRejection {
  if (state.exists) return [];
  const complete = check.withDefaults(defaults, {
    ...given,
    names: check.translate(state.names, given.names),
    instructions: check.translate(state.instructions, given.instructions ?? {}),
  });
  const fields = check.checkFields(checks, complete as ProductFields);
  return isRejection(fields) ? fields : [{ type: 'ProductCreated', data: { publicId, ...fields } }];
}

export function changeProduct(
  state: ProductState,
  { names, instructions, ...rest }: ProductChanges,
): ProductEvent[] | CatalogRejection {
  if (!state.exists || state.deleted) return reject('ProductNotFound');
  const changes: Partial<ProductFields> = {
    ...rest,
    ...(names && { names: check.translate(state.names, names) }),
    ...(instructions && { instructions: check.translate(state.instructions, instructions) }),
  };
  const fields = check.checkFields(checks, changes);
  if (isRejection(fields)) return fields;
  const data = check.changedFields<ProductFields>(state, fields);
  return Object.keys(data).length === 0 ? [] : [{ type: 'ProductChanged', data }];
}

/** Whoever asks has made sure that no key of the product is left. */
export function deleteProduct(state: ProductState): ProductEvent[] | CatalogRejection {
  if (!state.exists) return reject('ProductNotFound');
  return state.deleted ? [] : [{ type: 'ProductDeleted', data: {} }];
}
