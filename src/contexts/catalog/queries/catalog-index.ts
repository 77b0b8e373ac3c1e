import type { IndexedEvent, IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import type { Aggregate, DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Category } from '../domain/category.js';
import { isPackageOffered, isProductOffered, Package, type PackageState } from '../domain/package.js';
import { Product, type ProductState } from '../domain/product.js';
import { Supplier } from '../domain/supplier.js';
import { inDisplayOrder, type Language } from './display-order.js';

export interface ProductEntry extends ProductState {
  readonly id: string;
}
export interface PackageEntry extends PackageState {
  readonly id: string;
}

const NONE: ReadonlySet<string> = new Set();

/** Everything of one kind that the catalogue ever held, by id and by public id. */
class Shelf<S extends { readonly publicId: number }> {
  private readonly states = new Map<string, S>();
  private readonly ids = new Map<number, string>();

  constructor(private readonly aggregate: Aggregate<S, never>) {}

  /** What the index last saw of it; undefined if it never saw any. */
  get(id: string): S | undefined {
    return this.states.get(id);
  }

  /** The id (UUID) behind a public number. */
  idOf(publicId: number): string | undefined {
    return this.ids.get(publicId);
  }

  entries(): IterableIterator<[string, S]> {
    return this.states.entries();
  }

  put(id: string, state: S): void {
    this.states.set(id, state);
    this.ids.set(state.publicId, id);
  }

  fold(id: string, event: DomainEvent, revision: number): S {
    const state = this.aggregate.evolve(this.states.get(id) ?? this.aggregate.initial, event as never, {
      revision,
    });
    this.put(id, state);
    return state;
  }
}

/**
 * The catalogue in memory: public numbers to ids, and what the terminals' listings show. It follows the log at a small
 * distance, so it is a hint; a command asks the streams. The link between a number and an id never changes.
 */
export class CatalogIndex implements LocalIndex {
  readonly name = 'catalog';
  readonly version = 2;
  readonly categories = [Supplier.category, Category.category, Product.category, Package.category];

  readonly suppliers = new Shelf(Supplier as Aggregate<typeof Supplier.initial, never>);
  /** Nodes of the tree above the products. */
  readonly productCategories = new Shelf(Category as Aggregate<typeof Category.initial, never>);
  readonly products = new Shelf(Product as Aggregate<ProductState, never>);
  readonly packages = new Shelf(Package as Aggregate<PackageState, never>);

  private readonly shelves: Readonly<Record<string, Shelf<{ readonly publicId: number }>>> = {
    [Supplier.category]: this.suppliers,
    [Category.category]: this.productCategories,
    [Product.category]: this.products,
    [Package.category]: this.packages,
  };
  private readonly packageIds = new Map<string, Set<string>>();
  private readonly versions = new Map<string, number>();
  private readonly inOrder = new Map<Language, readonly ProductEntry[]>();

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, state] of entries) {
      const at = key.indexOf('/');
      this.shelves[key.slice(0, at)]?.put(key.slice(at + 1), state as { publicId: number });
    }
    for (const [id, { productId }] of this.packages.entries()) this.hang(id, productId);
    this.inOrder.clear();
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    const shelf = this.shelves[event.category];
    if (!shelf) return;
    const before = shelf.get(event.id);
    const after = shelf.fold(event.id, event, event.revision);
    keep.put(`${event.category}/${event.id}`, after);
    if (event.category === Product.category) {
      this.touch(event.id);
      this.inOrder.clear();
    } else if (event.category === Package.category) {
      this.packageChanged(event.id, before as PackageState | undefined, after as PackageState, event.type);
    }
  }

  /** Products that may be shown, in display order. The same array until one of them changes. */
  offeredProducts(language: Language): readonly ProductEntry[] {
    let products = this.inOrder.get(language);
    if (!products) {
      products = [...this.products.entries()]
        .filter(([, state]) => isProductOffered(state))
        .map(([id, state]) => ({ id, ...state }))
        .sort(inDisplayOrder(language));
      this.inOrder.set(language, products);
    }
    return products;
  }

  /** Ids of all packages that a product has, whatever their state. */
  packageIdsOf(productId: string): ReadonlySet<string> {
    return this.packageIds.get(productId) ?? NONE;
  }

  /** Packages of a product that may be sold, in display order, whatever their stock. */
  offeredPackages(productId: string, language: Language): PackageEntry[] {
    const packages: PackageEntry[] = [];
    for (const id of this.packageIdsOf(productId)) {
      const state = this.packages.get(id);
      if (state && isPackageOffered(state)) packages.push({ id, ...state });
    }
    return packages.sort(inDisplayOrder(language));
  }

  /** Another number whenever a product or its offered packages changed. */
  versionOf(productId: string): number {
    return this.versions.get(productId) ?? 0;
  }

  private packageChanged(
    id: string,
    before: PackageState | undefined,
    after: PackageState,
    type: string,
  ): void {
    if (before?.productId !== after.productId) {
      if (before) {
        this.packageIds.get(before.productId)?.delete(id);
        this.touch(before.productId);
      }
      this.hang(id, after.productId);
    }
    // Stock switches packages on and off all day without changing what is offered: listings must survive that.
    const switched = type === 'PackageActivated' || type === 'PackageDeactivated';
    if (switched && before && isPackageOffered(before) === isPackageOffered(after)) return;
    this.touch(after.productId);
  }

  private hang(packageId: string, productId: string): void {
    const ids = this.packageIds.get(productId);
    if (ids) ids.add(packageId);
    else this.packageIds.set(productId, new Set([packageId]));
  }

  private touch(productId: string): void {
    this.versions.set(productId, this.versionOf(productId) + 1);
  }
}
