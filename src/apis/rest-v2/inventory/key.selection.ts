import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import { CatalogReader } from '../catalog/catalog.reader.js';
import type { KeyListQuery, KeyStatusNumber } from './keys.dto.js';

const NUMBERS = { available: 1, reserved: 2, sold: 3, retired: 4, quarantined: 5 } as const;
const STATUSES = ['available', 'reserved', 'sold', 'retired', 'quarantined'] as const;
const EXPIRED = 6;

/** Which keys a list is about, apart from its search. */
export interface Selection {
  /** UUIDs; null: all packages. */
  readonly packageIds: readonly string[] | null;
  readonly status: KeyStatusNumber | undefined;
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
    const [first, ...others] = packageIds ?? [];
    const one = first !== undefined && others.length === 0;
    return {
      ...(packageIds === null ? {} : { packageId: one ? first : { $in: packageIds } }),
      ...this.statusFilter(status),
    };
  }

  /** The same of one key. */
  includes({ packageIds, status }: Selection, key: KeyDocument): boolean {
    if (packageIds !== null && !packageIds.includes(key.packageId)) return false;
    return status === undefined || this.statusOf(key) === status;
  }

  statusOf({ status, expiresAt }: KeyDocument): KeyStatusNumber {
    if (status !== 'available' || expiresAt === null) return NUMBERS[status];
    return Date.parse(expiresAt) <= this.clock.now() ? EXPIRED : NUMBERS.available;
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
