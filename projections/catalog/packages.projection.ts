import type {
  ExplicitPrices,
  PackageEvent,
  PackageFields,
  StockAlertEvent,
  SwitchedBy,
} from '../../src/contexts/catalog/index.js';
import type { StoredMoney } from '../../src/platform/kernel/money.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { searchText } from './search-text.js';

/** Counts of keys are in the lots: see `lots.projection.ts`. */
export interface PackageDocument extends ReadDocument, PackageFields {
  readonly id: number;
  readonly basePrice: StoredMoney;
  readonly explicitPrices: ExplicitPrices;
  readonly status: 'active' | 'inactive';
  /** Who switched it off; null while it is on. */
  readonly inactiveBecause: SwitchedBy | null;
  readonly hold: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Kept after deletion, because orders and lots still name it. */
  readonly deletedAt: string | null;
  readonly search: string;
}

export const packages = defineProjection<PackageDocument, Exclude<PackageEvent, StockAlertEvent>>({
  name: 'packages',
  version: 2,
  indexes: [['id'], ['productId', 'id'], ['supplierId', 'id'], ['names.en']],
  handles: {
    package: [
      'PackageCreated',
      'PackageChanged',
      'PackagePriceChanged',
      'PackageExplicitPricesSet',
      'PackageActivated',
      'PackageDeactivated',
      'PackageHeld',
      'PackageHoldLifted',
      'PackageDeleted',
    ],
  },
  keysOf: (event) => event.id,
  evolve(before, event) {
    if (event.type === 'PackageCreated') {
      const { publicId, ...fields } = event.data;
      return {
        _id: event.id,
        id: publicId,
        ...fields,
        inactiveBecause: fields.status === 'inactive' ? 'admin' : null,
        createdAt: event.at,
        updatedAt: event.at,
        deletedAt: null,
        search: searchText(fields.names),
      };
    }
    if (!before) return null;
    const changed = { ...before, updatedAt: event.at };
    switch (event.type) {
      case 'PackageChanged':
        return { ...changed, ...event.data, search: searchText(event.data.names ?? before.names) };
      case 'PackagePriceChanged':
        return { ...changed, basePrice: event.data.basePrice };
      case 'PackageExplicitPricesSet':
        return { ...changed, explicitPrices: event.data.explicitPrices };
      case 'PackageActivated':
        return { ...changed, status: 'active', inactiveBecause: null };
      case 'PackageDeactivated':
        return { ...changed, status: 'inactive', inactiveBecause: event.data.because };
      case 'PackageHeld':
        return { ...changed, hold: true };
      case 'PackageHoldLifted':
        return { ...changed, hold: false };
      case 'PackageDeleted':
        return { ...changed, deletedAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
