import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import type { LotDocument } from '../../../../projections/inventory/lots.projection.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import { CatalogReader } from '../catalog/catalog.reader.js';
import type { KeyListQuery, KeyStatusNumber } from './keys.dto.js';

const NUMBERS = { available: 1, reserved: 2, sold: 3, retired: 4, quarantined: 5 } as const;
const STATUSES = ['available', 'reserved', 'sold', 'retired', 'quarantined'] as const;
const AVAILABLE = 1;
const EXPIRED = 6;

/** Which keys a list is about, apart from its search. */
export interface Selection {
  /** UUIDs; null: all packages. */
  readonly packageIds: readonly string[] | null;
  readonly status: KeyStatusNumber | undefined;
}

function ofPackages(packageIds: readonly string[] | null): Filter {
  if (packageIds === null) return {};
  return { packageId: packageIds.length === 1 ? packageIds[0] : { $in: packageIds } };
}

/** Narrows lists of keys. Available keys whose last day is over count as expired from that moment on. */
@Injectable()
export class KeySelections {
  constructor(
    private readonly models: ReadModels,
    private readonly catalog: CatalogReader,
    private readonly clock: Clock,
  ) {}

  /** @throws 404 naming the field that refers to nothing. */
  async of(query: KeyListQuery): Promise<Selection> {
    const { package_id: pkg, product_id: product } = query;
    const supplierId = await this.catalog.supplierOf(query);
    const productId =
      product === undefined ? undefined : await this.catalog.idOf('products', product, 'product_id');
    const packageId = pkg === undefined ? undefined : await this.catalog.idOf('packages', pkg, 'package_id');
    const packageIds = await this.packageIds({ _id: packageId, productId, supplierId });
    return { packageIds, status: query.status };
  }

  filterOf({ packageIds, status }: Selection): Filter {
    return { ...ofPackages(packageIds), ...this.statusFilter(status) };
  }

  /** How many keys that are: whether available ones have expired is known by lot. */
  async total(selection: Selection): Promise<number> {
    const { packageIds, status } = selection;
    if (status !== AVAILABLE && status !== EXPIRED)
      return this.models.count('keys', this.filterOf(selection));
    const now = isoTime(this.clock.now());
    let available = 0;
    let expired = 0;
    for await (const lots of this.models.scan<LotDocument>('lots', { filter: ofPackages(packageIds) })) {
      for (const { counts, availableUntil } of lots) {
        available += counts.available;
        for (const [until, keys] of Object.entries(availableUntil)) if (until <= now) expired += keys;
      }
    }
    return status === EXPIRED ? expired : available - expired;
  }

  /** The same of one key. */
  includes({ packageIds, status }: Selection, key: KeyDocument): boolean {
    if (packageIds !== null && !packageIds.includes(key.packageId)) return false;
    return status === undefined || this.statusOf(key) === status;
  }

  statusOf({ status, expiresAt }: KeyDocument): KeyStatusNumber {
    if (status !== 'available' || expiresAt === null) return NUMBERS[status];
    return Date.parse(expiresAt) <= this.clock.now() ? EXPIRED : AVAILABLE;
  }

  private statusFilter(status: KeyStatusNumber | undefined): Filter {
    if (status === undefined) return {};
    const now = isoTime(this.clock.now());
    if (status === EXPIRED) return { status: 'available', expiresAt: { $lte: now } };
    const named = STATUSES[status - 1]!;
    if (named !== 'available') return { status: named };
    return { status: named, $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] };
  }

  private async packageIds(given: Record<string, string | undefined>): Promise<string[] | null> {
    const named = Object.entries(given).filter(([, id]) => id !== undefined);
    if (named.length === 0) return null;
    if (named.length === 1 && given._id !== undefined) return [given._id];
    const ids: string[] = [];
    const packages = this.models.scan<PackageDocument>('packages', { filter: Object.fromEntries(named) });
    for await (const found of packages) ids.push(...found.map(({ _id }) => String(_id)));
    return ids;
  }
}
