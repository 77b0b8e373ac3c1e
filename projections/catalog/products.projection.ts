import type { ProductEvent, ProductFields } from '../../src/contexts/catalog/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { searchText } from './search-text.js';

export interface ProductDocument extends ReadDocument, ProductFields {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Kept after deletion, because orders still name it. */
  readonly deletedAt: string | null;
  readonly search: string;
}

export const products = defineProjection<ProductDocument, ProductEvent>({
  name: 'products',
  version: 2,
  indexes: [['id'], ['supplierId', 'id'], ['categoryId', 'id'], ['names.en']],
  handles: { product: ['ProductCreated', 'ProductChanged', 'ProductDeleted'] },
  keysOf: (event) => event.id,
  evolve(product, event) {
    if (event.type === 'ProductCreated') {
      const { publicId, ...fields } = event.data;
      const { id: _id, at } = event;
      const search = searchText(fields.names);
      return { _id, id: publicId, ...fields, createdAt: at, updatedAt: at, deletedAt: null, search };
    }
    if (!product) return null;
    switch (event.type) {
      case 'ProductChanged': {
        const search = searchText(event.data.names ?? product.names);
        return { ...product, ...event.data, search, updatedAt: event.at };
      }
      case 'ProductDeleted':
        return { ...product, updatedAt: event.at, deletedAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
