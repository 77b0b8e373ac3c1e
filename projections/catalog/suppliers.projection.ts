import type { SupplierEvent, SupplierFields } from '../../src/contexts/catalog/index.js';
import { foldCase } from '../../src/platform/kernel/fold-case.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

export interface SupplierDocument extends ReadDocument, SupplierFields {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Kept after deletion, because orders and lots still name it. */
  readonly deletedAt: string | null;
  readonly search: string;
}

export const suppliers = defineProjection<SupplierDocument, SupplierEvent>({
  name: 'suppliers',
  version: 2,
  indexes: [['id'], ['name']],
  handles: { supplier: ['SupplierRegistered', 'SupplierChanged', 'SupplierDeleted'] },
  keysOf: (event) => event.id,
  evolve(supplier, event) {
    if (event.type === 'SupplierRegistered') {
      const { publicId, ...fields } = event.data;
      const { id: _id, at } = event;
      const search = foldCase(fields.name);
      return { _id, id: publicId, ...fields, createdAt: at, updatedAt: at, deletedAt: null, search };
    }
    if (!supplier) return null;
    switch (event.type) {
      case 'SupplierChanged': {
        const search = foldCase(event.data.name ?? supplier.name);
        return { ...supplier, ...event.data, search, updatedAt: event.at };
      }
      case 'SupplierDeleted':
        return { ...supplier, updatedAt: event.at, deletedAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
