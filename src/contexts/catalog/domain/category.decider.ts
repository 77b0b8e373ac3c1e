import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import type { CategoryEvent, CategoryFields } from '../events/category.events.js';
import type { Names } from '../events/texts.js';
import { MAX_CATEGORY_DEPTH } from '../limits.js';
import type { CategoryState } from './category.js';
import * as check from './fields.js';
import type { CatalogRejection } from './rejections.js';

const checks: check.Checks<CategoryFields> = {
  parentId: check.anything,
  names: check.names,
  position: check.position,
};

/** Names are given by language: one that is not named stays as it is, null takes it away. */
export type CategoryChanges = Omit<Partial<CategoryFields>, 'names'> & { readonly names?: Partial<Names> };
export type NewCategory = CategoryChanges & { readonly names: Pick<Names, 'en'> & Partial<Names> };

const defaults = { parentId: null, position: null };

/** A category is created once: the same id again changes nothing. */
export function createCategory(
  state: CategoryState,
  { publicId, names, ...given }: NewCategory & { readonly publicId: number },
): CategoryEvent[] | CatalogRejection {
  if (state.exists) return [];
  const complete = { ...check.withDefaults(defaults, given), names: check.translate(state.names, names) };
  const fields = check.checkFields(checks, complete as CategoryFields);
  return isRejection(fields) ? fields : [{ type: 'CategoryCreated', data: { publicId, ...fields } }];
}

export function changeCategory(
  state: CategoryState,
  { names, ...rest }: CategoryChanges,
): CategoryEvent[] | CatalogRejection {
  if (!state.exists || state.deleted) return reject('CategoryNotFound');
  const changes = names ? { ...rest, names: check.translate(state.names, names) } : rest;
  const fields = check.checkFields<CategoryFields, Partial<CategoryFields>>(checks, changes);
  if (isRejection(fields)) return fields;
  const data = check.changedFields<CategoryFields>(state, fields);
  return Object.keys(data).length === 0 ? [] : [{ type: 'CategoryChanged', data }];
}

/** Whoever asks has made sure that nothing hangs on the category any more. */
export function deleteCategory(state: CategoryState): CategoryEvent[] | CatalogRejection {
  if (!state.exists) return reject('CategoryNotFound');
  return state.deleted ? [] : [{ type: 'CategoryDeleted', data: {} }];
}

/**
 * Why `parentId` cannot be the parent of the category `id`, or null if it can. `find` gives a category's state. The walk
 * up is bounded, so two moves that close a circle on two nodes at the same moment leave a tree that is refused further
 * moves rather than one that is walked for ever.
 */
export function refuseParent(
  id: string,
  parentId: string,
  find: (id: string) => CategoryState,
): CatalogRejection | null {
  let above: string | null = parentId;
  for (let depth = 1; above !== null; depth++) {
    if (above === id) return reject('CategoryCycle');
    if (depth >= MAX_CATEGORY_DEPTH) return reject('CategoryTooDeep');
    const state: CategoryState = find(above);
    if (!state.exists || state.deleted) return reject('UnknownCategory');
    above = state.parentId;
  }
  return null;
}
