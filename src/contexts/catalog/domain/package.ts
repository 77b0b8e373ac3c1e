import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { ExplicitPrices, PackageEvent, PackageFields, SwitchedBy } from '../events/package.events.js';
import type { Status } from '../events/texts.js';
import type { ProductState } from './product.js';

/** What is sold: one priced variant of a product. */
export interface PackageState extends PackageFields {
  readonly exists: boolean;
  readonly deleted: boolean;
  /** The number that the APIs show. */
  readonly publicId: number;
  readonly basePrice: StoredMoney;
  readonly explicitPrices: ExplicitPrices;
  readonly status: Status;
  /** Null while active. */
  readonly inactiveBecause: SwitchedBy | null;
  readonly hold: boolean;
  readonly lowStockThreshold: number | null;
  /** Alerts of low stock there have been. */
  readonly stockAlerts: number;
  /** What the open alert was raised at; null: none is open. */
  readonly alertThreshold: number | null;
}

export const Package: Aggregate<PackageState, PackageEvent> = {
  category: 'package',
  stateVersion: 2,
  initial: {
    exists: false,
    deleted: false,
    publicId: 0,
    productId: '',
    supplierId: '',
    names: { en: '', ru: null, az: null },
    basePrice: { amount: '0', currency: 'AZN' },
    explicitPrices: {},
    cost: null,
    status: 'inactive',
    inactiveBecause: 'admin',
    hold: false,
    fulfilment: 'stock',
    releasePolicy: 'stock',
    position: null,
    lowStockThreshold: null,
    stockAlerts: 0,
    alertThreshold: null,
  },
  evolve(state, event) {
    switch (event.type) {
      case 'PackageCreated':
        return {
          ...state,
          ...event.data,
          exists: true,
          inactiveBecause: event.data.status === 'active' ? null : 'admin',
        };
      case 'PackageChanged':
      case 'PackagePriceChanged':
        return { ...state, ...event.data };
      case 'PackageExplicitPricesSet':
        return { ...state, explicitPrices: event.data.explicitPrices };
      case 'PackageActivated':
        return { ...state, status: 'active', inactiveBecause: null };
      case 'PackageDeactivated':
        return { ...state, status: 'inactive', inactiveBecause: event.data.because };
      case 'PackageHeld':
        return { ...state, hold: true };
      case 'PackageHoldLifted':
        return { ...state, hold: false };
      case 'PackageStockLow':
        return { ...state, stockAlerts: event.data.alert, alertThreshold: event.data.threshold };
      case 'PackageStockRefilled':
      case 'PackageStockAlertWithdrawn':
        return { ...state, alertThreshold: null };
      case 'PackageDeleted':
        return { ...state, deleted: true };
      default:
        return unreachable(event);
    }
  },
};

/** Whether a product may be shown and sold at all. */
export const isProductOffered = (product: ProductState): boolean =>
  product.exists && !product.deleted && product.status === 'active';

/**
 * Whether a package may be sold as far as people decided it. A package that ran out of keys is still offered: whether it
 * has any is for the stock to say, which is ahead of the event that marks the edge.
 */
export const isPackageOffered = (pkg: PackageState): boolean =>
  pkg.exists && !pkg.deleted && !pkg.hold && pkg.inactiveBecause !== 'admin';
