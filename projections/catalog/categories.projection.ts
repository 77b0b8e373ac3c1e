import type { CategoryEvent, CategoryFields } from '../../src/contexts/catalog/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { searchText } from './search-text.js';

export interface CategoryDocument extends ReadDocument, CategoryFields {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
  readonly search: string;
}

export const categories = defineProjection<CategoryDocument, CategoryEvent>({
  name: 'categories',
  version: 3,
  indexes: [['id'], ['parentId']],
  handles: { category: ['CategoryCreated', 'CategoryChanged', 'CategoryDeleted'] },
  keysOf: (event) => event.id,
  evolve(category, event) {
    if (event.type === 'CategoryCreated') {
      const { publicId, ...fields } = event.data;
      return {
        _id: event.id,
        id: publicId,
        ...fields,
        createdAt: event.at,
        updatedAt: event.at,
        deletedAt: null,
        search: searchText(fields.names),
      };
    }
    if (!category) return null;
    switch (event.type) {
      case 'CategoryChanged':
        return {
          ...category,
          ...event.data,
          search: searchText(event.data.names ?? category.names),
          updatedAt: event.at,
        };
      case 'CategoryDeleted':
        return { ...category, updatedAt: event.at, deletedAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
