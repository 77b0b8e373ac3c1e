import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import type { CategoryDocument } from '../../../../projections/catalog/categories.projection.js';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import type { LotDocument } from '../../../../projections/inventory/lots.projection.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import {
  type Filter,
  MAX_FIND_DOCUMENTS,
  type ReadDocument,
} from '../../../platform/read-store/read-store.js';

/** A package's keys by what became of them; expired ones are not available any more. */
export interface StockCounts {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly retired: number;
  readonly quarantined: number;
  readonly expired: number;
}

const NO_KEYS: StockCounts = { available: 0, reserved: 0, sold: 0, retired: 0, quarantined: 0, expired: 0 };

/** What the catalogue holds, by the name of its read model. */
export interface CatalogDocuments {
  readonly suppliers: SupplierDocument;
  readonly categories: CategoryDocument;
  readonly products: ProductDocument;
  readonly packages: PackageDocument;
}
export type Kind = keyof CatalogDocuments;

const NOT_FOUND: Readonly<Record<Kind, string>> = {
  suppliers: 'Supplier not found',
  categories: 'Category not found',
  products: 'Product not found',
  packages: 'Package not found',
};

/** What lists may be narrowed by, as numbers. */
interface References {
  readonly vendor_id?: number;
  readonly supplier_id?: number;
  readonly product_id?: number;
  readonly subcategory_id?: number;
}

const NOTHING: Filter = { _id: { $in: [] } };

interface Entry extends ReadDocument {
  readonly _id: string;
  readonly deletedAt: string | null;
}

/** The catalogue's read models, by the numbers and ids that requests and documents name. */
@Injectable()
export class CatalogReader {
  constructor(
    private readonly models: ReadModels,
    private readonly clock: Clock,
  ) {}

  /**
   * @param narrowed what more must be true of it for the caller to see it
   * @throws 404 when there is none, or it was deleted.
   */
  async one<K extends Kind>(kind: K, publicId: number, narrowed: Filter = {}): Promise<CatalogDocuments[K]> {
    const filter = { ...narrowed, id: publicId, deletedAt: null };
    const found = await this.models.findOne<CatalogDocuments[K]>(kind, filter);
    if (!found) throw new NotFoundException(NOT_FOUND[kind]);
    return found;
  }

  /** UUID of what has this number, of what was deleted, too. @throws 404 when there never was any. */
  async idEver(kind: Kind, publicId: number): Promise<string> {
    const found = await this.models.findOne<Entry>(kind, { id: publicId });
    if (!found) throw new NotFoundException(NOT_FOUND[kind]);
    return found._id;
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

  /**
   * What narrows a list to those that refer to what the query names. To a partner what there is not is like what it may not see,
   * as are all suppliers: nothing refers to it. @throws 404 naming the field, to the staff.
   */
  async referring(query: References, isPartner: boolean): Promise<Filter> {
    if (isPartner && (query.vendor_id ?? query.supplier_id) !== undefined) return NOTHING;
    try {
      return await this.narrowing(query);
    } catch (error) {
      if (isPartner && error instanceof NotFoundException) return NOTHING;
      throw error;
    }
  }

  private async narrowing(query: References): Promise<Filter> {
    const supplierId = await this.supplierOf(query);
    const { product_id: product, subcategory_id: category } = query;
    return {
      ...(supplierId === undefined ? {} : { supplierId }),
      ...(product === undefined ? {} : { productId: await this.idOf('products', product, 'product_id') }),
      ...(category === undefined
        ? {}
        : { categoryId: await this.idOf('categories', category, 'subcategory_id') }),
    };
  }

  productCount(supplierId: string): Promise<number> {
    return this.models.count('products', { supplierId, deletedAt: null });
  }

  /** All products that are there, in batches. */
  products(): AsyncIterable<ProductDocument[]> {
    return this.models.scan<ProductDocument>('products', { filter: { deletedAt: null }, sort: { _id: 1 } });
  }

  /** A package's keys, as far as the read models have followed. */
  async stock(packageId: string): Promise<StockCounts> {
    const now = isoTime(this.clock.now());
    let counts = NO_KEYS;
    let after = 0;
    for (;;) {
      const filter = { packageId, _id: { $gt: after } };
      const lots = await this.models.find<LotDocument>('lots', { filter, sort: { _id: 1 } });
      for (const lot of lots) counts = add(counts, lot, now);
      if (lots.length < MAX_FIND_DOCUMENTS) return counts;
      after = Number(lots.at(-1)!._id);
    }
  }
}

function add(counts: StockCounts, lot: LotDocument, now: string): StockCounts {
  let expired = 0;
  for (const [until, keys] of Object.entries(lot.availableUntil)) if (until <= now) expired += keys;
  return {
    available: counts.available + lot.counts.available - expired,
    reserved: counts.reserved + lot.counts.reserved,
    sold: counts.sold + lot.counts.sold,
    retired: counts.retired + lot.counts.retired,
    quarantined: counts.quarantined + lot.counts.quarantined,
    expired: counts.expired + expired,
  };
}
