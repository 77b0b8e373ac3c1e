import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { SupplierEvent, SupplierFields } from '../events/supplier.events.js';

export interface SupplierState extends SupplierFields {
  readonly exists: boolean;
  readonly deleted: boolean;
  /** The number that the APIs show. */
  readonly publicId: number;
}

export const Supplier: Aggregate<SupplierState, SupplierEvent> = {
  category: 'supplier',
  stateVersion: 1,
  initial: {
    exists: false,
    deleted: false,
    publicId: 0,
    name: '',
    country: null,
    contactEmail: null,
    status: 'inactive',
  },
  evolve(state, event) {
    switch (event.type) {
      case 'SupplierRegistered':
        return { ...state, ...event.data, exists: true };
      case 'SupplierChanged':
        return { ...state, ...event.data };
      case 'SupplierDeleted':
        return { ...state, deleted: true };
      default:
        return unreachable(event);
    }
  },
};
