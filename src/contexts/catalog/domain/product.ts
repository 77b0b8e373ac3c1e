import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { ProductEvent, ProductFields } from '../events/product.events.js';

/** What packages are variants of: a leaf of the catalogue. */
export interface ProductState extends ProductFields {
  readonly exists: boolean;
  readonly deleted: boolean;
  /** The number that the APIs show. */
  readonly publicId: number;
}

export const Product: Aggregate<ProductState, ProductEvent> = {
  category: 'product',
  stateVersion: 1,
  initial: {
    exists: false,
    deleted: false,
    publicId: 0,
    names: { en: '', ru: null, az: null },
    supplierId: '',
    categoryId: null,
    status: 'inactive',
    position: null,
    imageUrl: null,
    thumbnailUrl: null,
    instructions: { en: null, ru: null, az: null },
    keyFormat: 'normalized',
  },
  evolve(state, event) {
    switch (event.type) {
      case 'ProductCreated':
        return { ...state, ...event.data, exists: true };
      case 'ProductChanged':
        return { ...state, ...event.data };
      case 'ProductDeleted':
        return { ...state, deleted: true };
      default:
        return unreachable(event);
    }
  },
};
