import { Injectable } from '@nestjs/common';
import { type Currency, formatMinor } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { mayBuy, type PartnerState } from '../../partners/index.js';
import { quote, type RatesState } from '../../pricing/index.js';
import { isProductOffered } from '../domain/package.js';
import { MAX_CACHED_LISTING_ROWS } from '../limits.js';
import { CatalogIndex } from './catalog-index.js';
import { type Language, nameIn } from './display-order.js';
import { StockView } from './stock-view.js';

export interface TerminalProductView {
  readonly publicId: number;
  readonly name: string;
  readonly imageUrl: string | null;
  readonly thumbnailUrl: string | null;
}

export interface TerminalPackageView {
  readonly publicId: number;
  readonly name: string;
  /** All digits of the currency's minor unit: `"25.50"`. */
  readonly price: string;
}

/** Who looks, and the folded states that decide what is seen. */
export interface Viewer {
  readonly partnerId: string;
  readonly partner: PartnerState;
  readonly rates: RatesState;
  readonly lang: Language;
  readonly currency: Currency;
}

interface Row {
  readonly packageId: string;
  readonly view: TerminalPackageView;
}

/** The packages of one product that a viewer could buy if there is stock. */
interface Rows {
  /** The index's number of the product that they were made of. */
  readonly version: number;
  readonly packages: readonly Row[];
  /** Where stock was found last: it is looked for there first. */
  lastInStock: number;
}

/** What one viewer sees, by product, as far as it was asked for. Good for these very states. */
interface Listing {
  readonly partner: PartnerState;
  readonly rates: RatesState;
  readonly rows: Map<string, Rows>;
  size: number;
}

/**
 * What a terminal may offer: active, accessible to its partner, priced in the currency, in stock. All but the stock is
 * kept between requests and made anew, product by product, when the catalogue, the partner or the rates change; the stock
 * is asked each time.
 */
@Injectable()
export class TerminalListings {
  /** The least recently used first. */
  private readonly listings = new Map<string, Listing>();
  private cachedRows = 0;

  constructor(
    private readonly index: CatalogIndex,
    private readonly stock: StockView,
  ) {}

  /** Rows kept now, over all viewers; bounded by a limit of the context. */
  get cachedRowCount(): number {
    return this.cachedRows;
  }

  /** Products with anything to sell, in display order. */
  products(viewer: Viewer): TerminalProductView[] {
    const listing = this.listingOf(viewer);
    const views: TerminalProductView[] = [];
    for (const product of this.index.offeredProducts(viewer.lang)) {
      if (!this.hasStock(this.rowsOf(listing, product.id, viewer))) continue;
      const { publicId, names, imageUrl, thumbnailUrl } = product;
      views.push({ publicId, name: nameIn(names, viewer.lang), imageUrl, thumbnailUrl });
    }
    return views;
  }

  /** Packages of a product with anything to sell, in display order; none if nothing is in stock. */
  packages(viewer: Viewer, productPublicId: number): TerminalPackageView[] | Rejection<'ProductNotFound'> {
    const productId = this.index.products.idOf(productPublicId);
    const product = productId && this.index.products.get(productId);
    if (!productId || !product || !isProductOffered(product) || !this.isOpenTo(viewer.partner, productId))
      return reject('ProductNotFound');
    const views: TerminalPackageView[] = [];
    for (const row of this.rowsOf(this.listingOf(viewer), productId, viewer).packages)
      if (this.isInStock(row)) views.push(row.view);
    return views;
  }

  /** A product is closed to a partner that may buy none of its packages; one without packages goes by itself. */
  private isOpenTo(partner: PartnerState, productId: string): boolean {
    const { allProducts, productIds, packageIds } = partner.access;
    if (!allProducts && !productIds.has(productId)) return false;
    if (packageIds === null) return true;
    for (const id of this.index.packageIdsOf(productId)) if (packageIds.has(id)) return true;
    return false;
  }

  private hasStock(rows: Rows): boolean {
    const { packages, lastInStock } = rows;
    const last = packages[lastInStock];
    if (last && this.isInStock(last)) return true;
    const found = packages.findIndex((row) => this.isInStock(row));
    if (found >= 0) rows.lastInStock = found;
    return found >= 0;
  }

  private isInStock({ packageId }: Row): boolean {
    return this.stock.isOffered(packageId);
  }

  private listingOf({ partnerId, partner, rates, lang, currency }: Viewer): Listing {
    const key = `${partnerId} ${lang} ${currency}`;
    let listing = this.listings.get(key);
    if (listing) this.listings.delete(key);
    if (listing?.partner !== partner || listing.rates !== rates) {
      this.cachedRows -= listing?.size ?? 0;
      listing = { partner, rates, rows: new Map(), size: 0 };
    }
    this.listings.set(key, listing);
    return listing;
  }

  private rowsOf(listing: Listing, productId: string, viewer: Viewer): Rows {
    const version = this.index.versionOf(productId);
    const known = listing.rows.get(productId);
    if (known?.version === version) return known;
    const packages = this.makeRows(productId, viewer);
    const rows: Rows = { version, packages, lastInStock: 0 };
    listing.rows.set(productId, rows);
    // A product without packages to show takes room, too.
    const growth = packages.length + 1 - (known ? known.packages.length + 1 : 0);
    listing.size += growth;
    this.cachedRows += growth;
    this.evict(listing);
    return rows;
  }

  private makeRows(productId: string, { partner, rates, lang, currency }: Viewer): Row[] {
    const rows: Row[] = [];
    for (const pkg of this.index.offeredPackages(productId, lang)) {
      // Terminals are sold keys: what became a service is not for them, whatever keys it still has.
      if (pkg.fulfilment !== 'stock' || !mayBuy(partner, productId, pkg.id)) continue;
      const price = quote({ pkg, rates, partner, currency })?.price;
      if (!price) continue;
      const { publicId, names } = pkg;
      const view = { publicId, name: nameIn(names, lang), price: formatMinor(price.amountMinor, currency) };
      rows.push({ packageId: pkg.id, view });
    }
    return rows;
  }

  /** Forgets the listings that were not asked for the longest, never the one in use. */
  private evict(inUse: Listing): void {
    for (const [key, listing] of this.listings) {
      if (this.cachedRows <= MAX_CACHED_LISTING_ROWS || listing === inUse) return;
      this.listings.delete(key);
      this.cachedRows -= listing.size;
    }
  }
}
