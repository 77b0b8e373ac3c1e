import type { StockAlertEvent } from '../../src/contexts/catalog/index.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';

/** One time that a package was low on keys. */
export interface AlertDocument extends ReadDocument {
  readonly packageId: string;
  /** When it was raised. */
  readonly available: number;
  readonly threshold: number;
  readonly status: 'open' | 'closed';
  readonly raisedAt: string;
  readonly closedAt: string | null;
}

export const alerts = defineProjection<AlertDocument, StockAlertEvent>({
  name: 'alerts',
  version: 1,
  indexes: [['raisedAt'], ['status', 'raisedAt']],
  handles: { package: ['PackageStockLow', 'PackageStockRefilled', 'PackageStockAlertWithdrawn'] },
  keysOf: (event) => `${event.id}-${event.data.alert}`,
  evolve(before, event, _id) {
    switch (event.type) {
      case 'PackageStockLow': {
        const { available, threshold } = event.data;
        const raised = { available, threshold, status: 'open', raisedAt: event.at, closedAt: null } as const;
        return { _id, packageId: event.id, ...raised };
      }
      case 'PackageStockRefilled':
      case 'PackageStockAlertWithdrawn':
        return before && { ...before, status: 'closed', closedAt: event.at };
      default:
        return unreachable(event);
    }
  },
});
