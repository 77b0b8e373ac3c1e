import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import type { CategoryDocument } from '../../../../projections/catalog/categories.projection.js';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import type { LotDocument } from '../../../../projections/inventory/lots.projection.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { MAX_FIND_DOCUMENTS, type ReadDocument } from '../../../platform/read-store/read-store.js';

export interface StockCounts {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

type Kind = 'suppliers' | 'categories' | 'products' | 'packages';
interface Entry extends ReadDocument {
  readonly _id: string;
  readonly id: number;
  readonly deletedAt: string | null;
}

/** The catalogue's read models, by the numbers and ids that requests and documents name. */
@Injectable()
export class CatalogReader {
  constructor(
    private readonly models: ReadModels,
    private readonly clock: Clock,
  ) {}

  /** @throws 404 when there is none, or it was deleted. */
  supplier(publicId: number): Promise<SupplierDocument> {
    return this.byPublicId<SupplierDocument & Entry>('suppliers', publicId, 'Supplier');
  }

  category(publicId: number): Promise<CategoryDocument> {
    return this.byPublicId<CategoryDocument & Entry>('categories', publicId, 'Category');
  }

  product(publicId: number): Promise<ProductDocument> {
    return this.byPublicId<ProductDocument & Entry>('products', publicId, 'Product');
  }

  package(publicId: number): Promise<PackageDocument> {
    return this.byPublicId<PackageDocument & Entry>('packages', publicId, 'Package');
  }

  /** A document that another one names by its UUID. Deleted ones are there, too. */
  async named<D extends ReadDocument>(kind: Kind, id: string): Promise<D | null> {
    return this.models.get<D>(kind, id);
  }

  /** UUID of what a field of a request refers to. @throws 404 naming the field. */
  async idOf(kind: Kind, publicId: number, field: string): Promise<string> {
    const found = await this.models.findOne<Entry>(kind, { id: publicId, deletedAt: null });
    if (!found) throw new NotFoundException(`${field}: not found`);
    return found._id;
  }

  /** UUIDs of all that a list in a request refers to. @throws 404 naming the field and the first unknown number. */
  async idsOf(kind: Kind, publicIds: readonly number[], field: string): Promise<string[]> {
    const found = publicIds.map((id) => this.models.findOne<Entry>(kind, { id, deletedAt: null }));
    return (await Promise.all(found)).map((entry, place) => {
      if (!entry) throw new NotFoundException(`${field}: ${publicIds[place]} not found`);
      return entry._id;
    });
  }

  /** UUID of the supplier that a request names by either of the two words for it. @throws 400 when they differ. */
  async supplierOf(body: { vendor_id?: number; supplier_id?: number }): Promise<string | undefined> {
    const { vendor_id: vendor, supplier_id: supplier } = body;
    if (vendor !== undefined && supplier !== undefined && vendor !== supplier) {
      throw new BadRequestException('supplier_id: must be the same as vendor_id');
    }
    const publicId = vendor ?? supplier;
    if (publicId === undefined) return undefined;
    return this.idOf('suppliers', publicId, vendor === undefined ? 'supplier_id' : 'vendor_id');
  }

  productCount(supplierId: string): Promise<number> {
    return this.models.count('products', { supplierId, deletedAt: null });
  }

  /** A package's keys, as far as the read models have followed. */
  async stock(packageId: string): Promise<StockCounts> {
    const now = isoTime(this.clock.now());
    let counts: StockCounts = { available: 0, reserved: 0, sold: 0 };
    let after = 0;
    for (;;) {
      const filter = { packageId, _id: { $gt: after } };
      const lots = await this.models.find<LotDocument>('lots', { filter, sort: { _id: 1 } });
      for (const lot of lots) counts = add(counts, lot, now);
      if (lots.length < MAX_FIND_DOCUMENTS) return counts;
      after = Number(lots.at(-1)!._id);
    }
  }

  private async byPublicId<D extends Entry>(kind: Kind, publicId: number, name: string): Promise<D> {
    const found = await this.models.findOne<D>(kind, { id: publicId, deletedAt: null });
    if (!found) throw new NotFoundException(`${name} not found`);
    return found;
  }
}

/** Keys that expired by now are not available. */
function add(counts: StockCounts, lot: LotDocument, now: string): StockCounts {
  let { available } = lot.counts;
  for (const [until, keys] of Object.entries(lot.availableUntil)) if (until <= now) available -= keys;
  return {
    available: counts.available + available,
    reserved: counts.reserved + lot.counts.reserved,
    sold: counts.sold + lot.counts.sold,
  };
}
