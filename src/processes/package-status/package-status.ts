import { once } from 'node:events';
import {
  activateForStock,
  type CatalogIndex,
  deactivateForStock,
  Package,
  type StockAlertEvent,
  watchStock,
} from '../../contexts/catalog/index.js';
import type { StockIndex } from '../../contexts/inventory/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { CommandContext, Executor } from '../../platform/execution/transaction.js';
import type { Ids } from '../../platform/kernel/ids.js';

/** Keys expire without an event, so all packages are looked at this often: in memory, but for those that changed. */
const SWEEP_EVERY_MS = 1000;

export interface PackageStatusOptions {
  readonly executor: Executor;
  readonly stock: StockIndex;
  readonly catalog: CatalogIndex;
  /** Resolves when both indexes reflect what is in the log now. */
  readonly caughtUp: () => Promise<void>;
  readonly ids: Ids;
  /** A package is low on keys, told by its public id. */
  readonly onLow: (packageId: number, available: number, threshold: number) => void;
  readonly onError: (error: unknown, packageId: string) => void;
}

/**
 * Marks in the catalogue that a package has run out of keys (none available, none reserved), or has some
 * again. It compares what is with what the catalogue says, at start and whenever the stock changes sides, so
 * that it may run late, twice or on a stale view: the next look puts right what the last one got wrong. A
 * package that an admin switched off stays off.
 *
 * It raises and ends the alerts of low stock, too. Those are for people, so that they are decided on a view that has caught
 * up: one that lags would say again what was said already.
 */
export class PackageStatus {
  /** What the catalogue was last brought to say: package → whether it has keys. */
  private readonly recorded = new Map<string, boolean>();
  private readonly due = new Set<string>();
  private working: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly closing = new AbortController();
  private readonly closed = once(this.closing.signal, 'abort');
  private readonly stopListening: () => void;

  constructor(private readonly options: PackageStatusOptions) {
    this.stopListening = options.stock.onEdge((packageId) => this.look(packageId));
  }

  /** Looks at all packages now, and then as long as it is open. */
  start(): void {
    this.sweep();
    this.timer = setInterval(() => this.sweep(), SWEEP_EVERY_MS);
    this.timer.unref();
  }

  /** Looks at every package whose stock is not as recorded, or few or many enough to say so. */
  sweep(): void {
    const { stock } = this.options;
    for (const packageId of stock.packageIds()) {
      const isRecorded = this.recorded.get(packageId) === stock.inStock(packageId);
      if (!isRecorded || this.isEmptyAndOn(packageId) || this.hasNews(packageId)) this.look(packageId);
    }
  }

  /** Resolves when everything that was due has been recorded. */
  async settled(): Promise<void> {
    while (this.working) await this.working;
  }

  /** Ends what is under way, and nothing behind it: with a log that is gone that is soon, too. */
  async close(): Promise<void> {
    this.closing.abort();
    this.stopListening();
    if (this.timer) clearInterval(this.timer);
    await this.settled();
  }

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private look(packageId: string): void {
    if (this.isClosed) return;
    this.due.add(packageId);
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    // The index tells its edges while it folds an event: let it finish with all of them first.
    await Promise.resolve();
    for (const packageId of this.due) {
      if (this.isClosed) break;
      this.due.delete(packageId);
      try {
        this.recorded.set(packageId, await this.record(packageId));
        if (this.hasNews(packageId)) await this.alert(packageId);
      } catch (error) {
        this.recorded.delete(packageId);
        this.options.onError(error, packageId);
      }
    }
    this.working = null;
  }

  /** An admin may have switched on what has no keys. */
  private isEmptyAndOn(packageId: string): boolean {
    const { catalog, stock } = this.options;
    const pkg = catalog.packages.get(packageId);
    return pkg !== undefined && !stock.inStock(packageId) && deactivateForStock(pkg).length > 0;
  }

  /** As far as the indexes have followed. */
  private hasNews(packageId: string): boolean {
    const { catalog, stock } = this.options;
    const pkg = catalog.packages.get(packageId);
    return pkg !== undefined && watchStock(pkg, stock.available(packageId)).length > 0;
  }

  private async alert(packageId: string): Promise<void> {
    const { executor, stock, ids, caughtUp, onLow } = this.options;
    // The indexes may never catch up with a log that went away.
    await Promise.race([caughtUp(), this.closed]);
    if (this.isClosed) return;
    const { publicId, events } = await executor.run(contextOf(ids), (tx) => {
      const pkg = tx.load(Package, packageId);
      const events: StockAlertEvent[] = watchStock(pkg, stock.available(packageId));
      tx.append(Package, packageId, events);
      return { publicId: pkg.publicId, events };
    });
    for (const { type, data } of events) {
      if (type === 'PackageStockLow') onLow(publicId, data.available, data.threshold);
    }
  }

  private record(packageId: string): Promise<boolean> {
    const { executor, stock, ids } = this.options;
    return executor.run(contextOf(ids), (tx) => {
      const pkg = tx.load(Package, packageId);
      const inStock = stock.inStock(packageId);
      if (!inStock) tx.append(Package, packageId, deactivateForStock(pkg));
      else if (pkg.inactiveBecause === 'stock') tx.append(Package, packageId, activateForStock(pkg));
      // One that is on hold does not say that it has keys: it is looked at until the hold is lifted.
      return inStock && tx.load(Package, packageId).inactiveBecause !== 'stock';
    });
  }
}

const contextOf = (ids: Ids): CommandContext => systemContext(ids, 'package-status', 'process');
