import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { CategoryEvent, CategoryFields } from '../events/category.events.js';

/** A node of the tree that products hang on. */
export interface CategoryState extends CategoryFields {
  readonly exists: boolean;
  readonly deleted: boolean;
  /** The number that the APIs show. */
  readonly publicId: number;
}

export const Category: Aggregate<CategoryState, CategoryEvent> = {
  category: 'category',
  stateVersion: 1,
  initial: {
    exists: false,
    deleted: false,
    publicId: 0,
    parentId: null,
    names: { en: '', ru: null, az: null },
    position: null,
  },
  evolve(state, event) {
    switch (event.type) {
      case 'CategoryCreated':
        return { ...state, ...event.data, exists: true };
      case 'CategoryChanged':
        return { ...state, ...event.data };
      case 'CategoryDeleted':
        return { ...state, deleted: true };
      default:
        return unreachable(event);
    }
  },
};
