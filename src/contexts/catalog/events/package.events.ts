import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Currency, StoredMoney } from '../../../platform/kernel/money.js';
import type { ExplicitPrice, RecordedRate } from '../../pricing/index.js';
import type { Names, Status } from './texts.js';

// Stored format: add optional fields or upcast, never rename.

/** Who brings the goods: a key of the stock, the supplier on demand, or our staff. */
export type Fulfilment = 'stock' | 'supplier' | 'service';
/** Where a key goes whose text was shown and whose reservation ended unsold. */
export type ReleasePolicy = 'stock' | 'quarantine';
/** Who switched a package on or off: an admin, or keys coming in and running out. */
export type SwitchedBy = 'admin' | 'stock';
export type ExplicitPrices = Readonly<Partial<Record<Currency, ExplicitPrice>>>;

/** What {@link PackageEvent} `PackageChanged` may change. */
export interface PackageFields {
  /** Product id (UUID). */
  readonly productId: string;
  /** Supplier id (UUID). */
  readonly supplierId: string;
  readonly names: Names;
  /** What one unit costs us when its lot does not say it. */
  readonly cost: StoredMoney | null;
  readonly fulfilment: Fulfilment;
  readonly releasePolicy: ReleasePolicy;
  readonly position: number | null;
  /** So few available keys, or fewer, that staff are told; null or absent: they are not. */
  readonly lowStockThreshold?: number | null;
}

/** Alerts are numbered within their package. */
export type StockAlertEvent =
  /** Few keys are left: said once, until the alert has ended. */
  | DomainEvent<
      'PackageStockLow',
      { readonly alert: number; readonly available: number; readonly threshold: number }
    >
  /** More keys than the threshold are available again. */
  | DomainEvent<'PackageStockRefilled', { readonly alert: number; readonly available: number }>
  /** What the alert was about does not hold any more: another threshold or none, not sold from stock, or deleted. */
  | DomainEvent<'PackageStockAlertWithdrawn', { readonly alert: number }>;

export type PackageEvent =
  | StockAlertEvent
  | DomainEvent<
      'PackageCreated',
      PackageFields & {
        readonly publicId: number;
        readonly basePrice: StoredMoney;
        readonly explicitPrices: ExplicitPrices;
        /** `inactive` means: by an admin. */
        readonly status: Status;
        readonly hold: boolean;
      }
    >
  /** Only what changed; names as a whole. */
  | DomainEvent<'PackageChanged', Partial<PackageFields>>
  | DomainEvent<'PackagePriceChanged', { readonly basePrice: StoredMoney }>
  /** All explicit prices as they stand from now on. */
  | DomainEvent<
      'PackageExplicitPricesSet',
      {
        readonly explicitPrices: ExplicitPrices;
        /** Of a conversion: the rates that it was made at. */
        readonly rates?: readonly RecordedRate[];
      }
    >
  | DomainEvent<'PackageActivated', { readonly because: SwitchedBy }>
  | DomainEvent<'PackageDeactivated', { readonly because: SwitchedBy }>
  /** Not sold until the hold is lifted, whatever keys come in. */
  | DomainEvent<'PackageHeld', Record<string, never>>
  | DomainEvent<'PackageHoldLifted', Record<string, never>>
  | DomainEvent<'PackageDeleted', Record<string, never>>;
