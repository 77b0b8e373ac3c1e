import type { StockAlertEvent } from '../events/package.events.js';
import type { PackageState } from './package.js';

/**
 * Says once that few keys are left, and once that there are more than that again: while the alert is open, no sale says it
 * a second time. An alert at a threshold that is not the package's any more is withdrawn.
 */
export function watchStock(state: PackageState, available: number): StockAlertEvent[] {
  const { stockAlerts: alert, alertThreshold: raisedAt } = state;
  const threshold = watchedThreshold(state);
  const low: StockAlertEvent[] =
    threshold !== null && available <= threshold
      ? [{ type: 'PackageStockLow', data: { alert: alert + 1, available, threshold } }]
      : [];
  if (raisedAt === null) return low;
  if (raisedAt !== threshold) return [{ type: 'PackageStockAlertWithdrawn', data: { alert } }, ...low];
  return low.length > 0 ? [] : [{ type: 'PackageStockRefilled', data: { alert, available } }];
}

const watchedThreshold = ({ exists, deleted, fulfilment, lowStockThreshold }: PackageState): number | null =>
  exists && !deleted && fulfilment === 'stock' ? lowStockThreshold : null;
